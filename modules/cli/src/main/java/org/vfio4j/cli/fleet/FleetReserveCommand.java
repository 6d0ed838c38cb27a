/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.Numbers;
import org.vfio4j.cli.common.Options;
import org.vfio4j.cli.common.OutputOption;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.DeviceOptions;
import org.vfio4j.fleet.inventory.Claim;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.Reservation;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code vfio fleet reserve}. */
final class FleetReserveCommand implements Command {
    private static final String DEVICE = "--device";
    private static final String FOR = "--for";
    private static final String HOLDER = "--holder";
    private static final int DEFAULT_SECONDS = 300;

    @Override
    public String name() {
        return "reserve";
    }

    @Override
    public String summary() {
        return "claims an instance of a type, so that nobody else takes it";
    }

    @Override
    public CommandSpec describe() {
        CommandSpec spec = Command.spec(
                        "vfio fleet reserve",
                        "vfio fleet reserve HOST [-p PARENT -t TYPE | --device DEVICE] [-u UUID]%n"
                                + "                          [--for S] [--holder NAME] [--inventory WHERE]%n"
                                + "                          [-o FORM]",
                        "Claims an instance of a type, or a device that is there and free, for a time. What is printed"
                                + " is the reservation's UUID. The device that is then made with that UUID on the host"
                                + " (vfio start UUID -p PARENT -t TYPE) fulfils it.")
                .addPositional(FleetOptions.parameter("HOST", "on which host"))
                .addOption(DeviceOptions.parent())
                .addOption(DeviceOptions.type())
                .addOption(Options.value("DEVICE", "a device that is there, such as a PCI function", DEVICE)
                        .build())
                .addOption(Options.value("UUID", "the reservation's; else a new one", "-u", "--uuid")
                        .build())
                .addOption(Options.value("S", "for so many seconds; else " + DEFAULT_SECONDS, FOR)
                        .build())
                .addOption(Options.value("NAME", "whose it is, for people; else this user's", HOLDER)
                        .build())
                .addOption(InventoryOption.spec())
                .addOption(OutputOption.spec());
        spec.usageMessage()
                .footer(Command.footer(
                        List.of("vfio fleet reserve node7 -p 0000:06:00.0 -t nvidia-18 --for 60"),
                        "0  it is reserved",
                        "1  nothing is left",
                        "2  the command line was wrong",
                        "3  the inventory cannot be reached, or there is no such host, parent or type"));
        return spec;
    }

    @Override
    public int run(ParseResult line, World world) {
        OutputOption.Form form = OutputOption.of(line);
        String host = FleetOptions.required(line, "host", "vfio fleet reserve");
        UUID id = id(line.matchedOptionValue("--uuid", ""));
        Duration lifetime = Duration.ofSeconds(Numbers.of(line, FOR, DEFAULT_SECONDS));
        String holder = line.matchedOptionValue(HOLDER, world.environment().getOrDefault("USER", "somebody"));
        String device = line.matchedOptionValue(DEVICE, "");
        Claim claim = device.isEmpty()
                ? Claim.instance(
                        id,
                        host,
                        DeviceOptions.requiredParent(line),
                        DeviceOptions.requiredType(line),
                        holder,
                        lifetime)
                : Claim.device(id, host, device, holder, lifetime);
        try (FleetInventory inventory = InventoryOption.open(line, world)) {
            Reservation made = inventory.reserve(claim);
            form.print(
                    world.terminal(), made::json, () -> world.terminal().out().println(made.id()));
            return ExitCode.OK;
        }
    }

    static UUID id(String text) {
        if (text.isEmpty()) {
            return UUID.randomUUID();
        }
        try {
            UUID id = UUID.fromString(text);
            if (id.toString().equals(text)) {
                return id;
            }
        } catch (IllegalArgumentException e) {
            // it is none
        }
        throw new CommandException(ExitCode.USAGE, "no UUID in lower case: " + text, "uuidgen makes one.");
    }
}
