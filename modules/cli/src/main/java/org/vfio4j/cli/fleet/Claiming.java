/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.fleet;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.World;
import org.vfio4j.cli.source.DeviceOptions;
import org.vfio4j.fleet.inventory.Claim;
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
public final class Claiming implements AutoCloseable {
    public static final String AS = "--name";

    /** Longer than a device takes to be made and an agent to publish it. */
    private static final Duration MAKING = Duration.ofMinutes(2);

    private final @Nullable FleetInventory inventory;
    private final @Nullable Reservation held;
    private boolean stays;

    private Claiming(@Nullable FleetInventory inventory, @Nullable Claimed claimed) {
        this.inventory = inventory;
        this.held = claimed == null ? null : claimed.reservation();
        this.stays = claimed != null && claimed.wasThere();
    }

    /**
     * What is claimed.
     *
     * @param wasThere whether somebody had reserved it for this device before
     */
    private record Claimed(Reservation reservation, boolean wasThere) {}

    /** What has to be claimed. */
    private interface Claimer {
        Claimed claim(FleetInventory inventory);
    }

    /** Claims what {@code vfio start} makes, as far as an inventory is named. */
    public static Claiming of(ParseResult line, World world, RunningHost host) {
        return claiming(line, world, inventory -> {
            String name = line.matchedOptionValue(AS, host.machine().hostName());
            return claim(inventory, line, world, name, host);
        });
    }

    /**
     * Claims what {@code vfio migrate} makes at the destination, as far as an inventory is named. A reservation of the device's name there says on which
     * parent it is made.
     *
     * @param host the destination's host name, if the line does not say how it is called in the inventory
     */
    public static Claiming at(ParseResult line, World world, String host, UUID id, String parent, String type) {
        String name = line.matchedOptionValue(AS, host);
        return claiming(line, world, inventory -> {
            Optional<Reservation> there = inventory.reservation(name, id);
            if (there.isPresent()) {
                requireSame(there.get(), String.valueOf(there.get().parentOrNull()), type, name);
                return held(inventory, there.get(), world);
            }
            return new Claimed(
                    inventory.reserve(Claim.instance(id, name, parent, type, "vfio migrate", MAKING)), false);
        });
    }

    private static Claiming claiming(ParseResult line, World world, Claimer claimer) {
        if (!InventoryOption.isGiven(line, world)) {
            return new Claiming(null, null);
        }
        FleetInventory inventory = InventoryOption.open(line, world);
        try {
            return new Claiming(inventory, claimer.claim(inventory));
        } catch (RuntimeException e) {
            inventory.close();
            throw e;
        }
    }

    private static Claimed claim(
            FleetInventory inventory, ParseResult line, World world, String name, RunningHost host) {
        UUID id = FleetReserveCommand.id(DeviceOptions.uuid(line).orElse(""));
        Optional<Reservation> there = inventory.reservation(name, id);
        if (there.isPresent()) {
            Reservation reserved = there.get();
            requireSame(
                    reserved,
                    line.matchedOptionValue("--parent", String.valueOf(reserved.parentOrNull())),
                    line.matchedOptionValue("--type", String.valueOf(reserved.typeOrNull())),
                    name);
            return held(inventory, reserved, world);
        }
        Optional<Definition> defined = host.defined().devices().stream()
                .map(DefinedDevice::definition)
                .filter(d -> d.uuid().equals(id))
                .findFirst();
        String parent = defined.map(Definition::parent).orElseGet(() -> DeviceOptions.requiredParent(line));
        String type = defined.map(Definition::type).orElseGet(() -> DeviceOptions.requiredType(line));
        return new Claimed(inventory.reserve(Claim.instance(id, name, parent, type, "vfio start", MAKING)), false);
    }

    /** For as long as it takes to make the device; never for less than it is reserved. */
    private static Claimed held(FleetInventory inventory, Reservation there, World world) {
        boolean isLongEnough = there.expires().isAfter(world.clock().instant().plus(MAKING));
        return new Claimed(isLongEnough ? there : inventory.extend(there, MAKING), true);
    }

    private static void requireSame(Reservation reservation, String parent, String type, String name) {
        boolean same = parent.equals(reservation.parentOrNull()) && type.equals(reservation.typeOrNull());
        if (!reservation.host().equals(name)) {
            throw new CommandException(
                    ExitCode.FINDINGS,
                    "reservation " + reservation.id() + " is for " + reservation.what() + " of " + reservation.host()
                            + ", and the device is to be made at " + name,
                    "Make it there. If that host is called so in the inventory: --name " + reservation.host() + ".");
        }
        if (!same) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "reservation " + reservation.id() + " is for " + reservation.what(),
                    "Make that, or reserve what is to be made: vfio fleet reserve.");
        }
    }

    /** On which parent, if that is claimed. */
    public String parent(String otherwise) {
        String claimed = held == null ? null : held.parentOrNull();
        return claimed == null ? otherwise : claimed;
    }

    /** Writes what is claimed into the command's arguments. */
    public ObjectNode into(ObjectNode arguments) {
        if (held != null && held.parentOrNull() != null) {
            arguments.put("device", held.id().toString());
            if (!arguments.has("parent") && arguments.has("type")) {
                arguments.put("parent", held.parentOrNull());
            }
        }
        return arguments;
    }

    /** The device is made; its reservation stays until its host shows it. */
    public void done() {
        stays = true;
    }

    /** What was not made is free again, if nobody had reserved it before. */
    @Override
    public void close() {
        if (inventory != null) {
            if (held != null && !stays) {
                inventory.release(held.host(), held.id());
            }
            inventory.close();
        }
    }
}
