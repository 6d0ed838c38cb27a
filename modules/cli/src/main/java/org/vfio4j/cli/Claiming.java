/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Claim;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.management.control.DefinedDevice;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.definition.Definition;
import picocli.CommandLine.ParseResult;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a device that is made needs of an inventory: a reservation with its UUID, one that is there or one that is claimed now. It is held for as
 * long as making takes; the host's agent ends it when it publishes the device. Without an inventory nothing is asked.
 */
final class Claiming implements AutoCloseable {
    static final String AS = "--name";

    /** Longer than a device takes to be made and an agent to publish it. */
    private static final Duration MAKING = Duration.ofMinutes(2);

    private final @Nullable FleetInventory inventory;
    private final @Nullable Reservation held;
    private boolean isMade;

    private Claiming(@Nullable FleetInventory inventory, @Nullable Reservation held) {
        this.inventory = inventory;
        this.held = held;
    }

    /** Claims, as far as an inventory is named and the host is in it. */
    static Claiming of(ParseResult line, World world, RunningHost host) {
        if (!InventoryOption.isGiven(line, world)) {
            return new Claiming(null, null);
        }
        String name = line.matchedOptionValue(AS, host.machine().hostName());
        FleetInventory inventory = InventoryOption.open(line, world);
        try {
            return new Claiming(inventory, claim(inventory, line, name, host));
        } catch (RuntimeException e) {
            inventory.close();
            throw e;
        }
    }

    private static Reservation claim(FleetInventory inventory, ParseResult line, String name, RunningHost host) {
        UUID id = FleetReserveCommand.id(DeviceOptions.uuid(line).orElse(""));
        Optional<Reservation> there = find(inventory.read(), id);
        if (there.isPresent()) {
            requireSame(there.get(), line, name);
            return inventory.extend(there.get(), MAKING);
        }
        Optional<Definition> defined = host.defined().devices().stream()
                .map(DefinedDevice::definition)
                .filter(d -> d.uuid().equals(id))
                .findFirst();
        String parent = defined.map(Definition::parent).orElseGet(() -> DeviceOptions.requiredParent(line));
        String type = defined.map(Definition::type).orElseGet(() -> DeviceOptions.requiredType(line));
        return inventory.reserve(Claim.instance(id, name, parent, type, "vfio start", MAKING));
    }

    private static Optional<Reservation> find(Fleet fleet, UUID id) {
        return fleet.hosts().stream()
                .flatMap(host -> host.reservations().stream())
                .filter(r -> r.id().equals(id))
                .findFirst();
    }

    private static void requireSame(Reservation reservation, ParseResult line, String name) {
        boolean same = line.matchedOptionValue("--parent", String.valueOf(reservation.parentOrNull()))
                        .equals(reservation.parentOrNull())
                && line.matchedOptionValue("--type", String.valueOf(reservation.typeOrNull()))
                        .equals(reservation.typeOrNull());
        if (!reservation.host().equals(name)) {
            throw new CommandException(
                    ExitCode.FINDINGS,
                    "reservation " + reservation.id() + " is for " + reservation.what() + " of " + reservation.host()
                            + ", and this host is " + name,
                    "Make the device there. If this host is called so in the inventory: --name " + reservation.host()
                            + ".");
        }
        if (!same) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "reservation " + reservation.id() + " is for " + reservation.what(),
                    "Make that, or reserve what is to be made: vfio fleet reserve.");
        }
    }

    /** Writes what is claimed into the command's arguments. */
    ObjectNode into(ObjectNode arguments) {
        if (held != null && held.parentOrNull() != null) {
            arguments.put("device", held.id().toString());
            if (!arguments.has("parent") && arguments.has("type")) {
                arguments.put("parent", held.parentOrNull());
            }
        }
        return arguments;
    }

    /** The device is made; its reservation stays until its host shows it. */
    void done() {
        isMade = true;
    }

    /** What was not made is free again. */
    @Override
    public void close() {
        if (inventory != null) {
            if (held != null && !isMade) {
                inventory.release(held.host(), held.id());
            }
            inventory.close();
        }
    }
}
