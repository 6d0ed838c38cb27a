/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.Comparator;
import java.util.Locale;
import org.vfio4j.fleet.inventory.FleetHost;

/** How a list of hosts is ordered; those that are equal by their names. */
enum HostOrder {
    NAME,
    /** Those with the most devices first. */
    DEVICES,
    /** Those with the most devices in use first. */
    USED,
    /** Those first whose last change is the oldest. */
    AGE,
    /** Those with the most room for the chosen type first. */
    LEFT;

    /** By its name in a request. */
    static HostOrder of(String word) {
        for (HostOrder order : values()) {
            if (order.name().toLowerCase(Locale.ROOT).equals(word)) {
                return order;
            }
        }
        throw new HttpException("sort", "one of name, devices, used, age and left is expected");
    }

    /** @param type of which LEFT counts what is left */
    Comparator<FleetHost> comparator(HostFacts.Known facts, String type) {
        Comparator<FleetHost> first = switch (this) {
            case NAME -> Comparator.comparing(FleetHost::name);
            case DEVICES -> Comparator.comparingInt(h -> -h.published().probes().size());
            case USED -> Comparator.comparingLong(h -> -facts.of(h).inUse());
            case AGE -> Comparator.comparing(h -> h.published().taken());
            case LEFT -> Comparator.comparingLong(h -> -facts.of(h).left(type));
        };
        return first.thenComparing(FleetHost::name);
    }
}
