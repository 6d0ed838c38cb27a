/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.domain.DomainException;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.preflight.DeviceMapping;
import org.vfio4j.management.preflight.DomainFacts;
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
    static final String QEMU = "--qemu";
    static final String RULES = "--rules";
    private static final String DOMAIN = "--domain";
    private static final String DOMAIN_OUT = "--domain-out";
    private static final String STATE = "--state-size";
    private static final String BANDWIDTH = "--bandwidth";
    private static final String DIRTY = "--dirty-rate";
    static final String ACCEPT = "--accept-unknown";

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
                                + "                      [--rules FILE] [--accept-unknown] [--state-size MB]%n"
                                + "                      [--bandwidth MB/S] [--dirty-rate MB/S] [--run-dir DIR]%n"
                                + "                      [-o FORM]",
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
                .addOption(Options.value("FILE", "the machine's XML (virsh dumpxml); its devices, without -D", DOMAIN)
                        .build())
                .addOption(Options.value("FILE", "where to write that XML as it is to be there", DOMAIN_OUT)
                        .build())
                .addOption(Options.value("MB", "of the devices' saved states", STATE)
                        .build())
                .addOption(Options.value("MB/S", "of the line; else 1250", BANDWIDTH)
                        .build())
                .addOption(Options.value("MB/S", "how fast devices change their states", DIRTY)
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
        Optional<DomainXml> domain = domain(line);
        List<String> named = line.matchedOptionValue(DEVICE, List.of());
        List<String> devices =
                named.isEmpty() ? domain.map(DomainFacts::devices).orElse(List.of()) : named;
        if (devices.isEmpty() || !line.hasMatchedOption(FROM) || !line.hasMatchedOption(TO)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "preflight needs --from, --to, and --device or a --domain with devices of the host",
                    "See vfio preflight --help.");
        }
        if (line.hasMatchedOption(DOMAIN_OUT) && domain.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "--domain-out needs --domain", "");
        }
        Facts machine = machine(line, domain);
        Map<String, String> wanted = wanted(line);
        VersionRules rules = rules(line);
        Traffic traffic = traffic(line);
        try (Source from = HostOption.open(line.matchedOptionValue(FROM, ""), line, world);
                Source to = HostOption.open(line.matchedOptionValue(TO, ""), line, world)) {
            Snapshot source = SnapshotCommand.take(from, List.of(), world);
            Snapshot destination = SnapshotCommand.take(to, List.of(), world);
            PreflightOptions options = new PreflightOptions(
                    line.hasMatchedOption(ACCEPT), wanted, Map.of(), rules, to.judgeOrNull(), traffic);
            Report report = Preflight.builtIn().check(source, destination, devices, machine, options);
            domain.ifPresent(xml -> rewrite(line, xml, report));
            form.print(
                    world.terminal(), () -> json(source, destination, report), () -> table(world.terminal(), report));
            return report.isBlocked() ? ExitCode.FINDINGS : ExitCode.OK;
        }
    }

    private static Optional<DomainXml> domain(ParseResult line) {
        String file = line.matchedOptionValue(DOMAIN, "");
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return Optional.of(DomainXml.read(in.readNBytes(DomainXml.MAX_BYTES + 1)));
        } catch (IOException | InvalidPathException | DomainException e) {
            throw new CommandException(
                    ExitCode.ENVIRONMENT, "cannot read " + file + " as a domain XML: " + e.getMessage(), "");
        }
    }

    /** Writes it only where there is a place for every device: half a machine is worse than none. */
    private static void rewrite(ParseResult line, DomainXml domain, Report report) {
        String file = line.matchedOptionValue(DOMAIN_OUT, "");
        if (file.isEmpty() || report.isBlocked()) {
            return;
        }
        DomainFacts.rewrite(domain, report.devices());
        try {
            Files.writeString(Path.of(file), domain.xml());
        } catch (IOException | InvalidPathException e) {
            throw new CommandException(ExitCode.ENVIRONMENT, "cannot write " + file + ": " + e.getMessage(), "");
        }
    }

    private static Traffic traffic(ParseResult line) {
        Long state = megabytes(line, STATE);
        Long bandwidth = megabytes(line, BANDWIDTH);
        Long rate = megabytes(line, DIRTY);
        return new Traffic(
                bandwidth == null ? Traffic.ASSUMED_BANDWIDTH : Math.max(bandwidth, 1),
                bandwidth != null,
                state,
                rate == null ? 0 : rate,
                null,
                Traffic.ASSUMED_LIMIT);
    }

    private static @Nullable Long megabytes(ParseResult line, String option) {
        String text = line.matchedOptionValue(option, "");
        if (text.isEmpty()) {
            return null;
        }
        if (!text.matches("[0-9]{1,9}")) {
            throw new CommandException(ExitCode.USAGE, option + " is a number of megabytes, not " + text, "");
        }
        return Long.parseLong(text) * 1_000_000L;
    }

    static Facts machine(ParseResult line, Optional<DomainXml> domain) {
        Facts facts = domain.map(DomainFacts::of).orElse(Facts.none());
        String qemu = line.matchedOptionValue(QEMU, "");
        if (qemu.isEmpty()) {
            return facts;
        }
        Version version = Version.parse(qemu)
                .orElseThrow(() ->
                        new CommandException(ExitCode.USAGE, "--qemu is a version such as 11.1, not " + qemu, ""));
        return facts.toBuilder().put("qemu.version", version.toString()).build();
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

    static VersionRules rules(ParseResult line) {
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
