/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.vfio4j.management.host.EmbeddedHost;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vfio demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "The tour: makes one device of every sample type inside this process, asks each what it can do, and says what"
                    + " the answers mean.",
            "Needs no root, no VFIO and no GPU, and leaves nothing behind."
        })
final class DemoCommand implements Callable<Integer> {
    @Mixin
    private OutputOption output = new OutputOption();

    private final Terminal terminal;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try (Source source = new LiveSource(new EmbeddedHost())) {
            List<DeviceProbe> probes = source.probe(source.select(List.of()), ProbeOptions.DEFAULT);
            output.print(terminal, () -> Json.probe(source.kind(), probes), () -> tour(probes));
            return ProbeCommand.exitCode(probes);
        }
    }

    private void tour(List<DeviceProbe> probes) {
        PrintWriter out = terminal.out();
        out.println(
                "Before a virtual machine starts, its configuration depends on what the device can do, and neither");
        out.println("the kernel's sysfs nor libvirt says it. These are " + probes.size()
                + " sample devices, made in this process and asked:");
        out.println();
        new ProbeTable(terminal).print(probes);
        out.println();
        new Table("WHAT", "MEANS FOR THE VIRTUAL MACHINE")
                .row("display region", "display='on' works, with VNC or SPICE; no GL needed")
                .row("display dmabuf", "display='on' needs a console with GL on a render node: SPICE or D-Bus, not VNC")
                .row("edid", "the display's size can be chosen (xres, yres)")
                .row(
                        "migration",
                        "the device's state can be saved and restored; the flags say how much of it while it runs")
                .row(
                        "dirty tracking",
                        "the device tells which guest memory it wrote, so memory can be moved while it runs")
                .row("unknown", "could not be told; vfio says why, and what would settle it")
                .print(terminal);
        out.println();
        out.println("Next: vfio probe            the same for this machine's own VFIO devices");
        out.println("      vfio probe --host demo --evidence    what was called for each answer, and what came back");
    }
}
