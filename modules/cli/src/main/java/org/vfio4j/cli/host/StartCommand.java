/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.FolderOptions;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.fleet.Claiming;
import org.vfio4j.cli.fleet.InventoryOption;
import org.vfio4j.cli.source.DeviceOptions;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.host.HostDevice;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio start}. */
public final class StartCommand implements Command {
    @Override
    public String name() {
        return "start";
    }

    @Override
    public String summary() {
        return "Makes a mediated device on the running user-space host";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = DeviceOptions.addTo(Command.spec(
                        "vfio start",
                        "vfio start [UUID|-u UUID] [-p PARENT -t TYPE] [--run-dir DIR]%n"
                                + "                  [--inventory WHERE] [--name NAME]",
                        "Makes a mediated device on the running user-space host (vfio serve): a defined one by its"
                                + " UUID, any other by parent and type. Without a UUID it gets a new one, which is"
                                + " printed. A defined one gets its attributes, in their order; if one cannot be set it is"
                                + " not started.",
                        "",
                        "With an inventory, nothing is made that others have reserved: the UUID of a reservation is"
                                + " what it is made for, and without one it is claimed first."))
                .addOption(DeviceOptions.type())
                .addOption(InventoryOption.spec())
                .addOption(Options.value("NAME", "what this host is called there; else its host name", Claiming.AS)
                        .build());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio start -p mdpy -t mdpy-xga", "vfio start 1f0f2d6a-0000-4000-8000-0000000000aa"),
                        "0  started",
                        "1  it cannot be: no capacity left, the UUID is taken",
                        "2  the command line was wrong",
                        "3  not possible here: no running host, no such parent, type or definition"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        try (RunningHost host = FolderOptions.require(line, world);
                Claiming claiming = Claiming.of(line, world, host)) {
            HostDevice started = host.start(claiming.into(DeviceOptions.into(RunningHost.arguments(), line)));
            claiming.done();
            if (DeviceOptions.uuid(line).isEmpty()) {
                world.terminal().out().println(started.name());
            }
            return ExitCode.OK;
        }
    }
}
