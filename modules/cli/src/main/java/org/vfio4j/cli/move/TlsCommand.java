/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.move;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Numbers;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.control.TlsAuthority;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio tls}: certificates with which hosts move devices to each other. */
public final class TlsCommand implements Command {
    private static final String DAYS = "--days";

    @Override
    public String name() {
        return "tls";
    }

    @Override
    public String summary() {
        return "Makes certificates for hosts that move devices to each other";
    }

    @Override
    public List<Command> parts() {
        return List.of(
                new Part(
                        "init",
                        "makes a CA, and what each of the hosts needs",
                        "Makes a certificate authority for hosts that move devices to each other (vfio migrate), and for"
                                + " each of them a folder of what it needs, which is copied there and named with"
                                + " vfio serve --tls-dir. Keys are readable for their owner only; nothing that is there"
                                + " is written over. The CA's own key, ca-key.pem, signs further hosts: it belongs on"
                                + " none of them.",
                        TlsAuthority::create),
                new Part(
                        "add",
                        "makes what further hosts need",
                        "Makes what further hosts need, with the CA that vfio tls init made.",
                        (folder, _) -> TlsAuthority.in(folder)));
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                "vfio tls",
                "vfio tls init|add DIR HOST... [--days N]",
                "Makes the certificates with which hosts move devices to each other: TLS with certificates on both"
                        + " sides, of one CA.");
        spec.usageMessage()
                .footer(Command.footer(
                        this,
                        List.of(
                                "vfio tls init our-hosts node7.example node8.example",
                                "vfio tls add our-hosts node9.example"),
                        "0  done",
                        "1  something of it is there already",
                        "2  the command line was wrong",
                        "3  not possible here: the folder cannot be written, there is no CA in it"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        throw new CommandException(ExitCode.USAGE, "init or add is not said", "See vfio tls --help.");
    }

    /**
     * {@code init} and {@code add}, which differ in where the CA comes from.
     *
     * @param authority the CA of a folder, for so many days
     */
    private record Part(
            String name, String summary, String description, BiFunction<Path, Integer, TlsAuthority> authority)
            implements Command {
        @Override
        public CommandSpec describe() {
            CommandSpec spec = Command.spec(
                            "vfio tls " + name, "vfio tls " + name + " DIR HOST... [--days N]", description)
                    .addPositional(PositionalParamSpec.builder()
                            .index("0")
                            .paramLabel("DIR")
                            .hideParamSyntax(true)
                            .arity("0..1")
                            .type(String.class)
                            .description("where the CA is kept, and below it a folder for each host")
                            .build())
                    .addPositional(PositionalParamSpec.builder()
                            .index("1..*")
                            .paramLabel("HOST...")
                            .hideParamSyntax(true)
                            .arity("0..*")
                            .type(List.class)
                            .auxiliaryTypes(String.class)
                            .description("what the others call it (--to): a host name or an address; further ones of"
                                    + " the same host behind commas")
                            .build())
                    .addOption(Options.value("N", "how long they are valid; else " + TlsAuthority.DAYS, DAYS)
                            .build());
            spec.usageMessage()
                    .footer(Command.footer(
                            List.of(
                                    "vfio tls " + name + " our-hosts node8.example,192.0.2.8 node7.example",
                                    "scp -pr our-hosts/node8.example root@node8.example:/etc/pki/vfio4j"),
                            "0  done",
                            "1  something of it is there already",
                            "2  the command line was wrong",
                            "3  not possible here: the folder cannot be written, there is no CA in it"));
            return spec;
        }

        @Override
        public int run(ParseResult line, World world) {
            Path folder = folder(line.matchedPositionalValue(0, ""));
            List<List<String>> hosts = line.matchedPositionalValue(1, List.<String>of()).stream()
                    .map(host -> Arrays.asList(host.split(",", -1)))
                    .toList();
            if (hosts.isEmpty()) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "vfio tls " + name + " needs a folder and the hosts' names",
                        "See vfio tls " + name + " --help.");
            }
            hosts.forEach(names -> names.forEach(TlsAuthority::requireName));
            int days = Numbers.of(line, DAYS, TlsAuthority.DAYS);
            TlsAuthority authority = this.authority.apply(folder, days);
            Table table = new Table("HOST", "FOLDER");
            for (List<String> names : hosts) {
                table.row(names.getFirst(), authority.add(names, days).toString());
            }
            Terminal terminal = world.terminal();
            table.print(terminal);
            terminal.out()
                    .println("Copy each folder to its host, for vfio serve --tls-dir. ca-key.pem stays with you.");
            return ExitCode.OK;
        }

        private static Path folder(String text) {
            try {
                if (!text.isEmpty()) {
                    return Path.of(text);
                }
            } catch (InvalidPathException e) {
                // it is none
            }
            throw new CommandException(ExitCode.USAGE, "no folder is named", "See vfio tls --help.");
        }
    }
}
