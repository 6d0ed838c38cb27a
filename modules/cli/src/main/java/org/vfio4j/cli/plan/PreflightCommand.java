/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.plan;

import java.util.List;
import java.util.Optional;
import org.vfio4j.cli.ask.SnapshotCommand;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FindingList;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.Selection;
import org.vfio4j.cli.source.Source;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.preflight.DeviceMapping;
import org.vfio4j.management.preflight.DomainFacts;
import org.vfio4j.management.preflight.Preflight;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.Report;
import org.vfio4j.management.preflight.ReportJson;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.snapshot.Snapshot;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio preflight}. */
public final class PreflightCommand implements Command {
    private static final String DEVICE = "--device";
    private static final String FROM = "--from";
    private static final String TO = "--to";
    private static final String DOMAIN_OUT = "--domain-out";

    @Override
    public String name() {
        return "preflight";
    }

    @Override
    public String summary() {
        return "Whether devices can move to another host";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio preflight",
                        "vfio preflight [-D DEVICE]... --from HOST --to HOST [--map SRC=DST]...%n"
                                + "                      [--domain FILE [--domain-out FILE]] [--qemu VERSION]%n"
                                + "                      [--guest-agent SOCKET] [--rules FILE] [--post-copy]%n"
                                + "                      [--accept-unknown] [--state-size MB] [--bandwidth MB/S]%n"
                                + "                      [--dirty-rate MB/S] [--run-dir DIR] [-o FORM]",
                        "Tells before anything moves whether a virtual machine's devices can move to another host, what"
                                + " stands in the way, and which device there each becomes. What is not known blocks.")
                .addOption(MoveOptions.many(
                        "DEVICE",
                        "of the source, or its first letters, at least 4; " + Preflight.VFIO_USER
                                + "SOCKET for one over vfio-user",
                        "-D",
                        DEVICE))
                .addOption(Options.value("HOST", "where they are: as --host of vfio list", FROM)
                        .build())
                .addOption(Options.value("HOST", "where they are to go", TO).build())
                .addOption(DomainFile.spec("; its devices, without -D"))
                .addOption(Options.value("FILE", "where to write that XML as it is to be there", DOMAIN_OUT)
                        .build());
        MoveOptions.addTo(spec).addOption(FolderOptions.run()).addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio preflight -D 1f0f2d6a-0000-4000-8000-000000000007 \\",
                                "    --from node7.json --to node8.json",
                                "vfio preflight --domain desk.xml --domain-out desk-on-node8.xml \\",
                                "    --from node7.json --to node8.json --guest-agent /run/desk/agent.sock"),
                        "0  they can move",
                        "1  something blocks",
                        "2  the command line was wrong",
                        "3  a host, a file or the guest's agent could not be reached"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        require(line);
        Optional<DomainXml> domain = DomainFile.of(line, world);
        List<String> named = line.matchedOptionValue(DEVICE, List.of());
        List<String> devices =
                named.isEmpty() ? domain.map(DomainFacts::devices).orElse(List.of()) : named;
        if (devices.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "the domain has no device of the host",
                    "Name one with --device; without any, nothing of VFIO stands in the way.");
        }
        Facts machine = MoveOptions.machine(line, domain);
        PreflightOptions options = MoveOptions.of(line);
        try (Source from = HostOption.open(line.matchedOptionValue(FROM, ""), line, world);
                Source to = HostOption.open(line.matchedOptionValue(TO, ""), line, world)) {
            Snapshot source = SnapshotCommand.take(from, List.of(), world);
            Snapshot destination = SnapshotCommand.take(to, List.of(), world);
            List<HostDevice> there = source.inventory().devices();
            List<String> whole =
                    devices.stream().map(name -> Selection.whole(name, there)).toList();
            Report report =
                    Preflight.builtIn().check(source, destination, whole, machine, options.judgedBy(to.judgeOrNull()));
            domain.ifPresent(xml -> rewrite(line, xml, report));
            form.print(
                    world.terminal(),
                    () -> ReportJson.of(source, destination, report),
                    () -> table(world.terminal(), report));
            return report.isBlocked() ? ExitCode.FINDINGS : ExitCode.OK;
        }
    }

    private static void require(ParseResult line) {
        if (!line.hasMatchedOption(FROM) || !line.hasMatchedOption(TO)) {
            throw wrong("where from and where to? --from HOST and --to HOST say it");
        }
        if (!line.hasMatchedOption(DEVICE) && !line.hasMatchedOption(DomainFile.OPTION)) {
            throw wrong("which devices? --device names one, --domain a machine with several");
        }
        if (line.hasMatchedOption(DOMAIN_OUT) && !line.hasMatchedOption(DomainFile.OPTION)) {
            throw wrong("--domain-out needs --domain");
        }
    }

    private static CommandException wrong(String what) {
        return new CommandException(ExitCode.USAGE, what, "See vfio preflight --help.");
    }

    /** Writes it only where there is a place for every device: half a machine is worse than none. */
    private static void rewrite(ParseResult line, DomainXml domain, Report report) {
        String file = line.matchedOptionValue(DOMAIN_OUT, "");
        if (!file.isEmpty() && !report.isBlocked()) {
            DomainFacts.rewrite(domain, report.devices());
            DomainFile.write(file, domain);
        }
    }

    private static void table(Terminal terminal, Report report) {
        if (!report.devices().isEmpty()) {
            Table table = new Table("DEVICE", "BECOMES", "HOW");
            report.devices().forEach(mapping -> table.row(mapping.source(), mapping.destination(), how(mapping)));
            table.print(terminal);
            terminal.out().println();
        }
        terminal.out().println(report.isBlocked() ? "Blocked." : "Nothing stands in the way.");
        FindingList.print(terminal, report.findings());
        terminal.out().println();
        terminal.out()
                .println("Downtime for the devices: "
                        + report.downtime().millis().map(ms -> ms + " ms").orElse("no estimate"));
        report.downtime().assumptions().forEach(text -> terminal.entry("assumes", text));
    }

    private static String how(DeviceMapping mapping) {
        return mapping.isToBeMade()
                ? "to be made: " + mapping.typeOrNull() + " on " + mapping.parentOrNull()
                : "is there";
    }
}
