/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.util.List;
import org.vfio4j.management.snapshot.Snapshot;

/** A host of a fleet. Two of one object are the same in all that can be asked of them, so what was computed for one can be kept with it. */
public final class FleetHost {
    private final String name;
    private final Snapshot published;
    private final List<Reservation> reservations;
    private final Snapshot left;

    FleetHost(String name, Snapshot published, List<Reservation> reservations) {
        this.name = name;
        this.published = published;
        this.reservations = List.copyOf(reservations);
        this.left = Room.after(published, this.reservations);
    }

    /** As it is known in the inventory. */
    public String name() {
        return name;
    }

    /** What it published. */
    public Snapshot published() {
        return published;
    }

    /** The same with what is reserved taken off. */
    public Snapshot left() {
        return left;
    }

    /** What is claimed of it, fulfilled or not. */
    public List<Reservation> reservations() {
        return reservations;
    }

    /** The same host with what else it is said to have. */
    public FleetHost with(Snapshot other) {
        return new FleetHost(name, other, reservations);
    }

    @Override
    public String toString() {
        return name;
    }
}
