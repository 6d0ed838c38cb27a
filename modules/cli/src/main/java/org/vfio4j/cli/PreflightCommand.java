/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.management.preflight.DeviceMapping;
import org.vfio4j.management.preflight.Preflight;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.Report;
import org.vfio4j.management.preflight.Traffic;
import org.vfio4j.management.preflight.VersionRules;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.RuleException;
import org.vfio4j.management.rule.Version;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code vfio preflight}. */
final class PreflightCommand implements Command {
    private static final String DEVICE = "--device";
    private static final String FROM = "--from";
    private static final String TO = "--to";
    private static final String MAP = "--map";
    private static final String QEMU = "--qemu";
    private static final String RULES = "--rules";
    private static final String ACCEPT = "--accept-unknown";

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
                        "vfio preflight -D DEVICE... --from HOST --to HOST [--map SRC=DST...]%n"
                                + "                      [--qemu VERSION] [--rules FILE] [--accept-unknown] [-o FORM]",
                        "Tells before anything moves whether a virtual machine's devices can move to another host, what"
                                + " stands in the way, and which device there each becomes. What is not known blocks.")
                .addOption(many(
                        "DEVICE",
                        "of the source; " + Preflight.VFIO_USER + "SOCKET for one over vfio-user",
                        "-D",
                        DEVICE))
                .addOption(Options.value("HOST", "where they are: as --host of vfio list", FROM)
                        .build())
                .addOption(Options.value("HOST", "where they are to go", TO).build())
                .addOption(many("SRC=DST", "the device of the destination that one is to become", MAP))
                .addOption(Options.value("VERSION", "QEMU's on both hosts; else the installed ones' count", QEMU)
                        .build())
                .addOption(Options.value("FILE", "more rules of which versions go together", RULES)
                        .build())
                .addOption(Options.flag("what is not known is only a warning", ACCEPT)
                        .build())
                .addOption(FolderOptions.run())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio preflight -D 1f0f2d6a-0000-4000-8000-000000000007 \\",
                                "    --from node7.json --to node8.json"),
                        "0  they can move",
                        "1  something blocks",
                        "2  the command line was wrong",
                        "3  a host or a file could not be read"));
        return spec;
    }

    private static OptionSpec many(String label, String description, String... names) {
        return OptionSpec.builder(names)
                .type(List.class)
                .auxiliaryTypes(String.class)
                .arity("1")
                .paramLabel(label)
                .description(description)
                .build();
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        List<String> devices = line.matchedOptionValue(DEVICE, List.of());
        if (devices.isEmpty() || !line.hasMatchedOption(FROM) || !line.hasMatchedOption(TO)) {
            throw new CommandException(
                    ExitCode.USAGE, "preflight needs --device, --from and --to", "See vfio preflight --help.");
        }
        Facts machine = machine(line);
        Map<String, String> wanted = wanted(line);
        VersionRules rules = rules(line);
        try (Source from = HostOption.open(line.matchedOptionValue(FROM, ""), line, world);
                Source to = HostOption.open(line.matchedOptionValue(TO, ""), line, world)) {
            Snapshot source = SnapshotCommand.take(from, false, world);
            Snapshot destination = SnapshotCommand.take(to, false, world);
            PreflightOptions options = new PreflightOptions(
                    line.hasMatchedOption(ACCEPT), wanted, Map.of(), rules, to.judgeOrNull(), Traffic.unknown());
            Report report = Preflight.builtIn().check(source, destination, devices, machine, options);
            form.print(
                    world.terminal(), () -> json(source, destination, report), () -> table(world.terminal(), report));
            return report.isBlocked() ? ExitCode.FINDINGS : ExitCode.OK;
        }
    }

    private static Facts machine(ParseResult line) {
        String qemu = line.matchedOptionValue(QEMU, "");
        if (qemu.isEmpty()) {
            return Facts.none();
        }
        Version version = Version.parse(qemu)
                .orElseThrow(() ->
                        new CommandException(ExitCode.USAGE, "--qemu is a version such as 11.1, not " + qemu, ""));
        return Facts.builder().put("qemu.version", version.toString()).build();
    }

    private static Map<String, String> wanted(ParseResult line) {
        Map<String, String> wanted = new HashMap<>();
        List<String> pairs = line.matchedOptionValue(MAP, List.of());
        for (String pair : pairs) {
            int at = pair.indexOf('=');
            if (at <= 0
                    || at == pair.length() - 1
                    || wanted.put(pair.substring(0, at), pair.substring(at + 1)) != null) {
                throw new CommandException(
                        ExitCode.USAGE,
                        "--map is SRC=DST, once for a device, not " + pair,
                        "See vfio preflight --help.");
            }
        }
        return wanted;
    }

    private static VersionRules rules(ParseResult line) {
        String file = line.matchedOptionValue(RULES, "");
        if (file.isEmpty()) {
            return VersionRules.builtIn();
        }
        try {
            Path path = Path.of(file);
            if (Files.size(path) > VersionRules.MAX_BYTES) {
                throw new CommandException(ExitCode.ENVIRONMENT, file + " is larger than 1 MB", "");
            }
            return VersionRules.read(Files.readAllBytes(path)).before(VersionRules.builtIn());
        } catch (IOException | InvalidPathException | RuleException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "cannot read " + file + " as version rules: " + e.getMessage(), "");
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

    private static ObjectNode json(Snapshot source, Snapshot destination, Report report) {
        ObjectNode document = Json.document(source.host());
        document.put("from", source.hostName())
                .put("to", destination.hostName())
                .put("blocked", report.isBlocked());
        Json.findings(document.putArray("findings"), report.findings());
        ArrayNode devices = document.putArray("devices");
        report.devices()
                .forEach(mapping -> devices.addObject()
                        .put("source", mapping.source())
                        .put("destination", mapping.destination())
                        .put("kind", mapping.kind().word())
                        .put("type", mapping.typeOrNull())
                        .put("make_on", mapping.parentOrNull()));
        ObjectNode downtime =
                document.putObject("downtime").put("ms", report.downtime().millisOrNull());
        ArrayNode assumptions = downtime.putArray("assumptions");
        report.downtime().assumptions().forEach(assumptions::add);
        return document;
    }
}
