/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.WeakHashMap;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.management.host.MdevParent;

/**
 * What of a host is looked at whenever hosts are searched and ordered, computed once for each state of it.
 *
 * @param words what it is found by, in small letters
 * @param qemu its QEMU's version, or {@code unknown}
 * @param drivers of its parents, each with its version: {@code nvidia 550.90.05}
 * @param inUse how many of its devices somebody has open
 * @param left how many more there could be of each type
 */
record HostFacts(String words, String qemu, List<String> drivers, long inUse, Map<String, Long> left) {

    /** How many of a type there could be more. */
    long left(String type) {
        return left.getOrDefault(type, 0L);
    }

    private static HostFacts of(FleetHost host) {
        TreeSet<String> drivers = new TreeSet<>();
        Map<String, Long> left = new HashMap<>();
        for (MdevParent parent : host.left().inventory().parents()) {
            if (parent.driverOrNull() != null) {
                String version = parent.driverVersionOrNull();
                drivers.add(parent.driverOrNull() + (version == null ? "" : " " + version));
            }
            for (MdevParent.Type type : parent.types()) {
                left.merge(type.id(), Math.max(0L, type.available().orElse(0)), Long::sum);
            }
        }
        String known = host.published().platform().qemuVersionOrNull();
        String qemu = known == null ? "unknown" : known;
        String words =
                host.name() + " " + host.published().kernel() + " qemu " + qemu + " " + String.join(" ", drivers);
        long inUse = host.published().probes().stream()
                .filter(p -> p.device().usage().isInUse())
                .count();
        return new HostFacts(words.toLowerCase(Locale.ROOT), qemu, List.copyOf(drivers), inUse, left);
    }

    /** Those of hosts that are there. For many threads. */
    static final class Known {
        private final Map<FleetHost, HostFacts> all = new WeakHashMap<>();

        HostFacts of(FleetHost host) {
            synchronized (all) {
                return all.computeIfAbsent(host, HostFacts::of);
            }
        }
    }
}
