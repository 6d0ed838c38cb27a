/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.fleet.inventory.Room;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.probe.DeviceProbe;

/**
 * What a fleet has of a type of mediated device.
 *
 * @param type its id
 * @param nameOrNull what its driver calls it
 * @param made how many devices of it there are
 * @param inUse how many of these somebody has open
 * @param reserved how many are claimed and not yet made
 * @param left how many more there could be, if of all types of a card only this one were made
 * @param hosts how many hosts have the type
 * @param hostsWithRoom how many of them could make one more
 */
public record Capacity(
        String type,
        @Nullable String nameOrNull,
        long made,
        long inUse,
        long reserved,
        long left,
        int hosts,
        int hostsWithRoom) {

    /** Of all types that there are, in the order of their ids. */
    public static List<Capacity> of(Fleet fleet) {
        Map<String, Sum> sums = new TreeMap<>();
        for (FleetHost host : fleet.hosts()) {
            add(sums, host);
        }
        List<Capacity> all = new ArrayList<>(sums.size());
        sums.forEach((type, sum) -> all.add(sum.capacity(type)));
        return all;
    }

    private static void add(Map<String, Sum> sums, FleetHost host) {
        Map<String, Integer> left = new HashMap<>();
        for (MdevParent parent : host.left().inventory().parents()) {
            for (MdevParent.Type type : parent.types()) {
                left.merge(type.id(), Math.max(0, type.available().orElse(0)), Capacity::plus);
                sums.computeIfAbsent(type.id(), id -> new Sum()).called(type.nameOrNull());
            }
        }
        left.forEach(
                (type, count) -> sums.computeIfAbsent(type, id -> new Sum()).host(count));
        Set<String> ofDevices = new HashSet<>();
        for (DeviceProbe probe : host.published().probes()) {
            String type = probe.device().typeOrNull();
            if (type != null) {
                Sum sum = sums.computeIfAbsent(type, id -> new Sum());
                sum.device(probe.device().usage().isInUse());
                if (!left.containsKey(type) && ofDevices.add(type)) {
                    sum.host(0); // its parent no longer offers it
                }
            }
        }
        for (Reservation reservation : Room.open(host.published(), host.reservations())) {
            if (reservation.typeOrNull() != null) {
                sums.computeIfAbsent(reservation.typeOrNull(), id -> new Sum()).reserved++;
            }
        }
    }

    /** Counts come from anybody. */
    private static int plus(int one, int other) {
        return (int) Math.min(Integer.MAX_VALUE, (long) one + other);
    }

    private static final class Sum {
        private @Nullable String name;
        private long made;
        private long inUse;
        private long reserved;
        private long left;
        private int hosts;
        private int hostsWithRoom;

        private void called(@Nullable String other) {
            name = name == null ? other : name;
        }

        private void host(int available) {
            hosts++;
            left += available;
            hostsWithRoom += available > 0 ? 1 : 0;
        }

        private void device(boolean isInUse) {
            made++;
            inUse += isInUse ? 1 : 0;
        }

        private Capacity capacity(String type) {
            return new Capacity(type, name, made, inUse, reserved, left, hosts, hostsWithRoom);
        }
    }
}
