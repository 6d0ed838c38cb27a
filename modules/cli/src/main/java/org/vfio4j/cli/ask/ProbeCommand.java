/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.ask;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Parts;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostColumn;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.Selection;
import org.vfio4j.cli.source.Source;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio probe}. */
public final class ProbeCommand implements Command {
    private static final String OPEN = "--open";
    private static final String WAY = "--way";
    private static final String COMPARE = "--compare";
    private static final String EVIDENCE = "--evidence";

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public String summary() {
        return "What VFIO devices can do: display, migration, ...";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio probe",
                        "vfio probe [DEVICE...] [-e] [--open] [--way WAY|--compare] [--host HOST]%n"
                                + "                  [--run-dir DIR] [-o FORM]",
                        "Tells what VFIO devices can do before a virtual machine opens them: display by region or by"
                                + " dma-buf, EDID, migration, dirty tracking. Every answer is yes, no or unknown, and"
                                + " an unknown one says why and what would settle it.",
                        "",
                        "A device in use is not touched. A physical one (PCI, platform) is opened only with --open and"
                                + " when it is named, since that resets it.")
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("DEVICE")
                        .arity("0..*")
                        .type(List.class)
                        .auxiliaryTypes(String.class)
                        .description("UUID, PCI address or name, of which the first letters suffice, at least 4;"
                                + " or a vfio-user socket; without any, every VFIO device of the host")
                        .build())
                .addOption(
                        Options.flag("also show what was called for every answer, and what came back", "-e", EVIDENCE)
                                .build())
                .addOption(Options.flag("also open those of DEVICE that are physical, which resets them", OPEN)
                        .build())
                .addOption(Options.value("WAY", "ask by this way only: " + String.join(", ", Ways.NAMES), WAY)
                        .completionCandidates(Ways.NAMES)
                        .build())
                .addOption(Options.flag("every way beside every other: what it learned, needed, touched", COMPARE)
                        .build())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio probe                           every device of this machine",
                                "vfio probe 1f0f2d6a -e               one, with the evidence",
                                "vfio probe 0000:01:00.0 --open       a PCI function, which resets it",
                                "vfio probe --host node7.json         another machine's, from its snapshot",
                                "vfio probe /tmp/gpu.sock             the device on a vfio-user socket",
                                "vfio probe -o json | jq -r '.devices[]",
                                "    | select(.features.migration.answer == \"yes\") | .device'"),
                        "0  every answer is yes or no",
                        "1  an answer is unknown",
                        "2  the command line was wrong",
                        "3  nothing could be asked: no VFIO, no permission, no such device or host"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        List<String> names = line.matchedPositionalValue(0, List.of());
        boolean mayReset = mayReset(line, names);
        @Nullable String way = line.matchedOptionValue(WAY, null);
        try (Source source = HostOption.openFor(names, line, world)) {
            List<HostDevice> devices = Selection.of(names, source);
            if (line.hasMatchedOption(COMPARE)) {
                return compare(line, world.terminal(), source, devices);
            }
            List<DeviceProbe> probes = Parts.of(devices, part -> source.probe(part, mayReset, way), world.terminal());
            HostColumn hosts = new HostColumn(source);
            form.print(
                    world.terminal(),
                    () -> hosts.json(Json.probe(source.kind(), probes), "devices", probes),
                    () -> table(world.terminal(), hosts, probes, line.hasMatchedOption(EVIDENCE)));
            return exitCode(probes);
        }
    }

    /** Not without names: nobody means to reset whatever there is. */
    private static boolean mayReset(ParseResult line, List<String> names) {
        boolean opens = line.hasMatchedOption(OPEN);
        if (opens && names.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "--open resets the physical devices it opens, so they must be named",
                    "Name them: vfio probe --open 0000:01:00.0. vfio list shows which there are.");
        }
        return opens;
    }

    private static int compare(ParseResult line, Terminal terminal, Source source, List<HostDevice> devices) {
        if (line.hasMatchedOption(WAY) || line.hasMatchedOption(EVIDENCE)) {
            throw new CommandException(
                    ExitCode.USAGE, "--compare asks by every way", "Leave out --way and --evidence.");
        }
        List<Comparison> comparisons =
                Parts.of(devices, part -> source.compare(part, line.hasMatchedOption(OPEN)), terminal);
        OutputOption.of(line).print(terminal, () -> Json.compare(source.kind(), comparisons), () -> {
            if (comparisons.isEmpty()) {
                terminal.out().println(ListCommand.NONE);
            } else {
                CompareTable.print(terminal, comparisons);
            }
        });
        return ExitCode.OK;
    }

    private static void table(Terminal terminal, HostColumn hosts, List<DeviceProbe> probes, boolean evidence) {
        if (probes.isEmpty()) {
            terminal.out().println(ListCommand.NONE);
            return;
        }
        ProbeTable.print(terminal, hosts, probes);
        if (evidence) {
            ProbeTable.printEvidence(terminal, probes);
        }
    }

    private static int exitCode(List<DeviceProbe> probes) {
        List<Answer.Unknown> unknown = probes.stream()
                .map(DeviceProbe::firstUnknown)
                .flatMap(Optional::stream)
                .toList();
        if (unknown.isEmpty()) {
            return ExitCode.OK;
        }
        boolean nothingCouldBeAsked = unknown.size() == probes.size()
                && unknown.stream().allMatch(u -> u.cause().isEnvironment());
        return nothingCouldBeAsked ? ExitCode.ENVIRONMENT : ExitCode.FINDINGS;
    }
}
