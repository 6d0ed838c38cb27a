/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.World;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio fleet}: what can be asked of many hosts. */
public final class FleetCommand implements Command {
    @Override
    public String name() {
        return "fleet";
    }

    @Override
    public String summary() {
        return "Asks many hosts: where a device fits, what moves, what breaks";
    }

    @Override
    public List<Command> parts() {
        return List.of(
                new FleetListCommand(),
                new FleetWhereCommand(),
                new FleetMatrixCommand(),
                new FleetDrainCommand(),
                new FleetWhatIfCommand(),
                new FleetDriftCommand(),
                new FleetReserveCommand(),
                new FleetReleaseCommand(),
                new FleetExportCommand());
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                "vfio fleet",
                "vfio fleet COMMAND [OPTIONS]",
                "Asks the hosts of an inventory: a folder of snapshots, or etcd, where each host's vfio agent says"
                        + " what it has. Everything is told by the rules of vfio preflight.");
        spec.usageMessage()
                .footer(Command.footer(
                        this,
                        List.of(
                                "vfio fleet list --inventory snapshots/",
                                "vfio fleet where nvidia-18",
                                "vfio fleet drain --help"),
                        "0  fine",
                        "1  no place, something cannot move, something would break",
                        "2  the command line was wrong",
                        "3  not possible here: the inventory cannot be read, no such host"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        throw new CommandException(
                ExitCode.USAGE,
                "what to ask the fleet is not said",
                "There are: "
                        + String.join(", ", parts().stream().map(Command::name).toList()) + ". See vfio fleet --help.");
    }
}
