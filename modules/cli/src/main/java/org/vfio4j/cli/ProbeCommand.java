/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vfio probe}. */
@Command(
        name = "probe",
        mixinStandardHelpOptions = true,
        description = {
            "Tells what VFIO devices can do, before a virtual machine opens them: display by region, display by dma-buf,"
                    + " EDID, migration, dirty tracking.",
            "Every answer is yes, no or unknown. A device in use is not touched, and a physical one is opened only with --open."
        },
        footer = {
            "",
            "Exit codes: 0 every answer is yes or no; 1 an answer is unknown;",
            "3 nothing could be asked here (no /dev/vfio, no permission, no such device)."
        })
final class ProbeCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "DEVICE",
            description = "UUID, PCI address or name; the first letters suffice. Without any: every device.")
    private List<String> devices = List.of();

    @Mixin
    private HostOption host = new HostOption();

    @Mixin
    private OutputOption output = new OutputOption();

    @Option(names = "--way", paramLabel = "WAY", description = "Ask by this way only: sysfs, debugfs or open.")
    private @Nullable String way;

    @Option(names = "--open", description = "Also open physical devices, which resets them.")
    private boolean open;

    @Option(
            names = {"-e", "--evidence"},
            description = "Also show what was called for every answer, and what came back.")
    private boolean evidence;

    private final Terminal terminal;

    ProbeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Source source = host.open()) {
            BareHost.refuse(source);
            List<DeviceProbe> probes = source.probe(source.select(devices), new ProbeOptions(open, way));
            output.print(terminal, () -> Json.probe(source.kind(), probes), () -> table(probes));
            return exitCode(probes);
        }
    }

    private void table(List<DeviceProbe> probes) {
        if (probes.isEmpty()) {
            terminal.out().println("There is no VFIO device on this host; vfio types shows which could be made.");
            return;
        }
        ProbeTable table = new ProbeTable(terminal);
        table.print(probes);
        if (evidence) {
            table.printEvidence(probes);
        }
    }

    static int exitCode(List<DeviceProbe> probes) {
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
