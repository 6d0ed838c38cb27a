/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.util.List;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.World;
import org.vfio4j.fleet.inventory.FleetInventory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio fleet release}. */
final class FleetReleaseCommand implements Command {
    @Override
    public String name() {
        return "release";
    }

    @Override
    public String summary() {
        return "gives a reservation back";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio fleet release",
                        "vfio fleet release HOST -u UUID [--inventory WHERE]",
                        "Gives a reservation back. One that is fulfilled or has expired needs no release.")
                .addPositional(FleetOptions.parameter("HOST", "on which host"))
                .addOption(Options.value("UUID", "the reservation's", "-u", "--uuid")
                        .build())
                .addOption(InventoryOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio fleet release node7 -u 1f0f2d6a-0000-4000-8000-0000000000aa"),
                        "0  it is given back, or was not there any more",
                        "2  the command line was wrong",
                        "3  the inventory cannot be reached"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        String host = FleetOptions.required(line, "host", "vfio fleet release");
        String id = line.matchedOptionValue("--uuid", "");
        if (id.isEmpty()) {
            throw new CommandException(ExitCode.USAGE, "which reservation is not said", "Write -u UUID.");
        }
        try (FleetInventory inventory = InventoryOption.open(line, world)) {
            inventory.release(host, FleetReserveCommand.id(id));
            return ExitCode.OK;
        }
    }
}
