/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.management.host.HostDevice;

/** Compares a fleet with the same fleet after a change. */
final class WhatIfs {
    private static final int SHOWN = 1_000;

    private final Matrices matrices;

    WhatIfs(Matrices matrices) {
        this.matrices = matrices;
    }

    /** The change of these hosts, which are of the fleet. */
    WhatIf of(Fleet before, List<FleetHost> hosts, List<Change> changes) {
        List<FleetHost> changed = new ArrayList<>();
        for (FleetHost host : hosts) {
            FleetHost then = host;
            for (Change change : changes) {
                then = change.of(then);
            }
            changed.add(then);
        }
        Fleet after = before.with(changed);
        Set<String> names = new HashSet<>();
        hosts.forEach(host -> names.add(host.name()));
        List<WhatIf.OfType> types = new ArrayList<>();
        List<String> stranded = new ArrayList<>();
        List<String> freed = new ArrayList<>();
        for (String type : Matrices.types(before)) {
            Matrix was = matrices.of(before, type);
            Matrix is = matrices.of(after, type);
            Tally tally = new Tally();
            for (String name : names) {
                tally.add(name, was, is, names);
            }
            if (tally.broken + tally.repaired > 0) {
                types.add(new WhatIf.OfType(type, tally.broken, tally.repaired, tally.example, tally.blockers));
                devices(before, type, was, is, stranded, freed);
            }
        }
        return new WhatIf(types, stranded, freed);
    }

    /** Pairs with a changed host at one end, each once. */
    private static final class Tally {
        private final Map<String, Long> blockers = new HashMap<>();
        private long broken;
        private long repaired;
        private String example = "";

        void add(String name, Matrix was, Matrix is, Set<String> changed) {
            if (!was.knows(name)) {
                return;
            }
            for (List<String> group : was.groups()) {
                for (String other : group) {
                    if (!other.equals(name)) {
                        pair(name, other, was, is);
                        if (!changed.contains(other)) {
                            pair(other, name, was, is);
                        }
                    }
                }
            }
        }

        private void pair(String from, String to, Matrix was, Matrix is) {
            boolean could = was.fit(from, to).verdict() == Verdict.YES;
            Fit now = is.fit(from, to);
            boolean can = now.verdict() == Verdict.YES;
            if (could && !can) {
                if (broken++ == 0) {
                    example = from + " to " + to;
                }
                now.blockers().forEach(id -> blockers.merge(id, 1L, Long::sum));
            } else if (can && !could) {
                if (repaired++ == 0 && broken == 0) {
                    example = from + " to " + to;
                }
            }
        }
    }

    /** Devices that lose their last place, or gain their first. */
    private static void devices(
            Fleet fleet, String type, Matrix was, Matrix is, List<String> stranded, List<String> freed) {
        for (FleetHost host : fleet.hosts()) {
            if (!was.knows(host.name())) {
                continue;
            }
            boolean could = hasTarget(was, host.name());
            boolean can = hasTarget(is, host.name());
            if (could == can) {
                continue;
            }
            for (HostDevice device : host.published().inventory().devices()) {
                List<String> into = could ? stranded : freed;
                if (type.equals(device.typeOrNull()) && into.size() < SHOWN) {
                    into.add(host.name() + "/" + device.name());
                }
            }
        }
    }

    private static boolean hasTarget(Matrix matrix, String from) {
        for (List<String> group : matrix.groups()) {
            boolean isAlone = group.size() == 1 && group.getFirst().equals(from);
            if (!isAlone && matrix.fit(from, group.getFirst()).verdict() == Verdict.YES) {
                return true;
            }
        }
        return false;
    }
}
