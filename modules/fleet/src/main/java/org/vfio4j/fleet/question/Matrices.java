/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.snapshot.Snapshot;

/** Makes {@link Matrix matrices}. */
final class Matrices {
    private static final Fit NOT_THERE = new Fit(Verdict.NO, List.of("destination-type-missing"), 0);

    private final Judging judging;
    private final Offers offers;

    Matrices(Judging judging, Offers offers) {
        this.judging = judging;
        this.offers = offers;
    }

    /** What of a host counts for a type: the device that leaves, and the places for one that comes. */
    private record Key(@Nullable Snapshot sourceOrNull, Set<Snapshot> places) {}

    /** The types that any host has a device of, or could make; sorted. */
    static Set<String> types(Fleet fleet) {
        Set<String> types = new TreeSet<>();
        for (FleetHost host : fleet.hosts()) {
            for (MdevParent parent : host.published().inventory().parents()) {
                for (MdevParent.Type type : parent.types()) {
                    types.add(type.id());
                }
            }
        }
        return types;
    }

    Matrix of(Fleet fleet, String type) {
        return of(fleet, type, null, Integer.MAX_VALUE);
    }

    /**
     * A matrix.
     *
     * @param firstOrNull a host whose group is in it in any case
     * @param most groups that are compared; the smallest beyond them are left out
     */
    Matrix of(Fleet fleet, String type, @Nullable String firstOrNull, int most) {
        Map<String, Key> keys = new LinkedHashMap<>();
        for (FleetHost host : fleet.hosts()) {
            Set<Snapshot> places = new LinkedHashSet<>();
            offers.of(host, type).forEach(offer -> places.add(offer.essence()));
            Optional<Snapshot> source = source(host, type).map(judging::one);
            if (!places.isEmpty() || source.isPresent()) {
                keys.put(host.name(), new Key(source.orElse(null), places));
            }
        }
        List<Key> order = new ArrayList<>();
        List<List<String>> groups = Matrix.grouped(keys, order, firstOrNull, most);
        Fit[][] fits = new Fit[order.size()][order.size()];
        for (int i = 0; i < order.size(); i++) {
            for (int j = 0; j < order.size(); j++) {
                fits[i][j] = fit(order.get(i), order.get(j));
            }
        }
        int judged = groups.stream().mapToInt(List::size).sum();
        return new Matrix(type, groups, fits, keys.size() - judged);
    }

    /** The best of the places. */
    private Fit fit(Key from, Key to) {
        if (from.sourceOrNull() == null || to.places().isEmpty()) {
            return NOT_THERE;
        }
        return to.places().stream()
                .map(place -> judging.fit(from.sourceOrNull(), place))
                .min(Comparator.comparing(Fit::verdict))
                .orElse(NOT_THERE);
    }

    /** A device of the type, one that could be asked if there is one; else one that nobody has asked yet. */
    private static Optional<Snapshot> source(FleetHost host, String type) {
        DeviceProbe found = null;
        for (DeviceProbe probe : host.published().probes()) {
            if (probe.device().kind() == DeviceKind.MDEV
                    && type.equals(probe.device().typeOrNull())
                    && (found == null || found.firstUnknown().isPresent())) {
                found = probe;
            }
        }
        if (found == null) {
            found = host.published().inventory().parents().stream()
                    .filter(p -> p.type(type).isPresent())
                    .findFirst()
                    .map(p -> unasked(p, type))
                    .orElse(null);
        }
        return Optional.ofNullable(found).map(probe -> Essence.ofSource(host.published(), probe));
    }

    private static DeviceProbe unasked(MdevParent parent, String type) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(
                    question,
                    new Answer.Unknown(
                            "none", "", Cause.NOT_OFFERED, "there is no such device there that could be asked", ""));
        }
        return new DeviceProbe(
                new HostDevice(
                        "device",
                        DeviceKind.MDEV,
                        parent.name(),
                        type,
                        parent.driverOrNull(),
                        parent.driverVersionOrNull(),
                        true,
                        null,
                        null,
                        Usage.UNKNOWN),
                answers);
    }
}
