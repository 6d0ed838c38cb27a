/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.show;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.HostOption;
import org.vfio4j.cli.source.OneDevice;
import org.vfio4j.management.display.MonitorSize;
import org.vfio4j.management.plan.Resolution;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Monitor;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio edid}. */
public final class EdidCommand implements Command {
    private static final String SET = "--set";

    @Override
    public String name() {
        return "edid";
    }

    @Override
    public String summary() {
        return "The monitor that a device believes it has; sets its size";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio edid",
                        "vfio edid DEVICE [--set WxH] [--host HOST] [--run-dir DIR] [-o FORM]",
                        "Shows the EDID that a device gives its guest, or connects a monitor that wants another size:"
                                + " the link goes down, the EDID is written, the link comes up, and the guest's driver"
                                + " looks again.")
                .addPositional(OneDevice.parameter())
                .addOption(Options.value("WxH", "connect a monitor of this size, such as 1280x800", SET)
                        .build())
                .addOption(HostOption.spec())
                .addOption(FolderOptions.run())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio edid 1f0f2d6a", "vfio edid 1f0f2d6a --set 1280x800"),
                        "0  shown, or set",
                        "2  the command line was wrong",
                        "3  not possible here: no such device, no EDID, too large for the device"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        String wanted = line.matchedOptionValue(SET, "");
        @Nullable
        Resolution size = wanted.isEmpty()
                ? null
                : Resolution.parse(wanted)
                        .orElseThrow(() -> new CommandException(
                                ExitCode.USAGE, "--set is a size such as 1280x800, not " + wanted, ""));
        return OneDevice.use(line, world, device -> show(device, size, form, world.terminal()));
    }

    private static int show(VfioDevice device, @Nullable Resolution size, OutputOption.Form form, Terminal terminal) {
        MonitorSize monitor = MonitorSize.of(device);
        if (size != null) {
            monitor.set(size);
        }
        form.print(terminal, monitor::json, () -> table(monitor, terminal));
        return ExitCode.OK;
    }

    private static void table(MonitorSize monitor, Terminal terminal) {
        Monitor.State state = monitor.state();
        byte[] edid = monitor.edid();
        terminal.entry(
                "monitor",
                edid.length == 0 ? "none" : MonitorSize.preferred(edid).orElse("of no known size"));
        terminal.entry("link", state.connected() ? "up" : "down");
        terminal.entry("at most", MonitorSize.limit(state));
    }
}
