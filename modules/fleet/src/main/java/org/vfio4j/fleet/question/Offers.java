/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.management.host.MdevParent;

/**
 * What hosts offer of a type. It is computed once for a host and a type, and forgotten with the host: when one host of ten thousand changes, one is
 * computed anew. For many threads.
 */
final class Offers {
    private final Judging judging;
    private final Map<FleetHost, Map<String, List<Offer>>> byHost = new WeakHashMap<>();
    private final Map<Fleet, Map<String, List<List<Offer>>>> byFleet = new WeakHashMap<>();

    Offers(Judging judging) {
        this.judging = judging;
    }

    /** Of every host that has any, in the order of the hosts and their parents. */
    List<List<Offer>> of(Fleet fleet, String type) {
        synchronized (byHost) {
            return byFleet.computeIfAbsent(fleet, f -> new HashMap<>(4))
                    .computeIfAbsent(
                            type,
                            t -> fleet.hosts().stream()
                                    .map(host -> known(host, t))
                                    .filter(offers -> !offers.isEmpty())
                                    .toList());
        }
    }

    /** Of one host. */
    List<Offer> of(FleetHost host, String type) {
        synchronized (byHost) {
            return known(host, type);
        }
    }

    private List<Offer> known(FleetHost host, String type) {
        return byHost.computeIfAbsent(host, h -> new HashMap<>(4)).computeIfAbsent(type, t -> compute(host, t));
    }

    private List<Offer> compute(FleetHost host, String type) {
        List<Offer> offers = new ArrayList<>();
        for (MdevParent parent : host.left().inventory().parents()) {
            Optional<MdevParent.Type> found = parent.type(type);
            found.ifPresent(t -> offers.add(Offer.of(host, parent, t, judging)));
        }
        return List.copyOf(offers);
    }
}
