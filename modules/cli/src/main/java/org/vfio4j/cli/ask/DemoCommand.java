/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.ask;

import java.io.PrintWriter;
import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostColumn;
import org.vfio4j.cli.source.LiveSource;
import org.vfio4j.cli.source.Source;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio demo}. */
public final class DemoCommand implements Command {
    @Override
    public String name() {
        return "demo";
    }

    @Override
    public String summary() {
        return "The tour: sample devices, what they can do, what it means";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio demo",
                        "vfio demo [-o FORM]",
                        "The tour: makes one device of every sample type inside this process, asks each what"
                                + " it can do, and says what the answers mean.",
                        "",
                        "Needs no root, no VFIO and no GPU, and leaves nothing behind. Commands with --host do the same with"
                                + " --host demo.")
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of(
                                "vfio demo                            the tour",
                                "vfio types --host demo               what could be made",
                                "vfio probe --host demo --evidence    how each answer came about"),
                        "0  fine",
                        "2  the command line was wrong"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        try (Source source = new LiveSource("the demo", world.demo().get())) {
            List<DeviceProbe> probes = source.probe(source.inventory().devices(), false, null);
            form.print(
                    world.terminal(),
                    () -> Json.probe(source.kind(), probes),
                    () -> tour(world.terminal(), source, probes));
            return ExitCode.OK;
        }
    }

    private static void tour(Terminal terminal, Source source, List<DeviceProbe> probes) {
        PrintWriter out = terminal.out();
        out.println("How a virtual machine must be configured depends on what its VFIO device can do,");
        out.println("and no tool says it before the machine runs. vfio asks the device. Here are");
        out.println(probes.size() + " sample devices, made in this process and asked:");
        out.println();
        ProbeTable.print(terminal, new HostColumn(source), probes);
        out.println();
        new Table("ANSWER", "WHAT IT MEANS FOR THE VIRTUAL MACHINE")
                .row("display region", "display='on' works, with VNC or SPICE; no GL needed")
                .row("display dmabuf", "display='on' needs a console with GL on a render node: SPICE or D-Bus, not VNC")
                .row("edid", "the size of its display can be chosen (xres, yres)")
                .row(
                        "migration",
                        "its state can move to another host; pre-copy shortens the pause, p2p lets several devices move")
                .row("dirty tracking", "guest memory can be copied while the device still writes to it")
                .row("unknown", "could not be told: vfio says why, and what would settle it")
                .print(terminal);
        out.println();
        out.println("Next:");
        out.println("  vfio probe                           the same for the VFIO devices of this machine");
        out.println("  vfio probe --host demo --evidence    what was called for each answer, and what came back");
    }
}
