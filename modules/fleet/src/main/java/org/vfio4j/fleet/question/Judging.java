/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.vfio4j.fleet.inventory.Room;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.preflight.Preflight;
import org.vfio4j.management.preflight.PreflightOptions;
import org.vfio4j.management.preflight.Report;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * Preflight's judgement of moves between essences, each made once. The rules, the versions and what is said of the machine are the same for all of
 * them. For many threads.
 */
public final class Judging {
    private static final int MOST = 200_000;

    private final Preflight preflight = Preflight.builtIn();
    private final Facts machine;
    private final PreflightOptions options;
    private final Map<Snapshot, Snapshot> essences = new ConcurrentHashMap<>();
    private final Map<Move, Fit> fits = new ConcurrentHashMap<>();

    /**
     * @param machine what is known of the virtual machines, such as {@code qemu.version}
     * @param options as preflight takes them
     */
    public Judging(Facts machine, PreflightOptions options) {
        this.machine = machine;
        this.options = options;
    }

    /** Two essences of {@link #one}, known by the objects. */
    private record Move(Snapshot source, Snapshot destination) {
        @Override
        @SuppressWarnings("ReferenceEquality") // comparing what they hold would take as long as judging them
        public boolean equals(Object other) {
            return other instanceof Move move && move.source == source && move.destination == destination;
        }

        @Override
        public int hashCode() {
            return 31 * System.identityHashCode(source) + System.identityHashCode(destination);
        }
    }

    /** The object that stands for all essences that are equal. */
    Snapshot one(Snapshot essence) {
        if (essences.size() > MOST) { // hosts that are all different: nothing is gained by remembering them
            essences.clear();
            fits.clear();
        }
        Snapshot known = essences.putIfAbsent(essence, essence);
        return known == null ? essence : known;
    }

    /** How the device of a source fits a place. */
    Fit fit(Snapshot source, Snapshot destination) {
        Move move = new Move(source, destination);
        Fit known = fits.get(move);
        if (known == null) {
            known = Fit.of(
                    check(source, destination, List.of(Essence.sourceDevice())).findings());
            if (fits.size() < MOST) {
                fits.put(move, known);
            }
        }
        return known;
    }

    /** All that preflight says of a move between whole hosts. */
    Report check(Snapshot source, Snapshot destination, List<String> devices) {
        return preflight.check(source, destination, devices, machine, options);
    }

    /** The same, to one parent of the destination. */
    Report check(Snapshot source, Snapshot destination, String parent, List<String> devices) {
        List<MdevParent> only = destination.inventory().parents().stream()
                .filter(p -> p.name().equals(parent))
                .toList();
        return check(source, Room.with(destination, only, destination.probes()), devices);
    }

    /** How often each id stands in these, the most frequent first. */
    static Map<String, Integer> counted(List<Fit> fits) {
        Map<String, Integer> counts = new HashMap<>();
        fits.forEach(fit -> fit.blockers().forEach(id -> counts.merge(id, 1, Integer::sum)));
        return counts;
    }
}
