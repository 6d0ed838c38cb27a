/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Snapshot;

/** Where a new device of a type, or a device that is somewhere, could be: the best places first. */
final class Where {
    private static final Fit FITS = new Fit(Verdict.YES, List.of(), 0);
    private static final Fit FULL = new Fit(Verdict.FULL, List.of("destination-full"), 0);

    private final Judging judging;
    private final Offers offers;

    Where(Judging judging, Offers offers) {
        this.judging = judging;
        this.offers = offers;
    }

    /** An offer and how the device fits it. */
    private record Candidate(Offer offer, Fit fit) {}

    /** Places for a new device. */
    Places ofType(Fleet fleet, String type, Ranking ranking, int most) {
        return byType(fleet, type, ranking, most).places(offer -> List.of());
    }

    /** Places for a device, on other hosts than its own. */
    Places ofDevice(Fleet fleet, FleetHost at, DeviceProbe device, Ranking ranking, int most) {
        if (isFixed(device)) {
            return ofFixed(fleet, at, device, most);
        }
        return byDevice(fleet, at, device, ranking, most)
                .places(offer -> judging.check(
                                at.published(),
                                offer.host().left(),
                                offer.parent(),
                                List.of(device.device().name()))
                        .findings());
    }

    /** The hosts of {@link #ofType}, the best first. */
    List<String> hostsOfType(Fleet fleet, String type, int most) {
        return byType(fleet, type, Ranking.PACK, most).hosts();
    }

    /** The hosts of {@link #ofDevice}, the best first. */
    List<String> hostsOfDevice(Fleet fleet, FleetHost at, DeviceProbe device, int most) {
        return isFixed(device)
                ? ofFixed(fleet, at, device, most).places().stream()
                        .map(Place::host)
                        .toList()
                : byDevice(fleet, at, device, Ranking.PACK, most).hosts();
    }

    private static boolean isFixed(DeviceProbe device) {
        return device.device().kind() != DeviceKind.MDEV || device.device().typeOrNull() == null;
    }

    private Choice byType(Fleet fleet, String type, Ranking ranking, int most) {
        Choice choice = new Choice(ranking, most);
        for (List<Offer> of : offers.of(fleet, type)) {
            for (int i = 0; i < of.size(); i++) {
                choice.add(of.get(i), of.get(i).available() > 0 ? FITS : FULL);
            }
            choice.endHost();
        }
        return choice;
    }

    private Choice byDevice(Fleet fleet, FleetHost at, DeviceProbe device, Ranking ranking, int most) {
        Snapshot source = judging.one(Essence.ofSource(at.published(), device));
        Choice choice = new Choice(ranking, most);
        for (List<Offer> of : offers.of(fleet, device.device().type().orElse(""))) {
            if (!of.getFirst().host().name().equals(at.name())) {
                for (int i = 0; i < of.size(); i++) {
                    Fit fit = judging.fit(source, of.get(i).essence());
                    boolean isFull = fit.verdict().compareTo(Verdict.FULL) < 0
                            && of.get(i).available() == 0;
                    choice.add(of.get(i), isFull ? FULL : fit);
                }
                choice.endHost();
            }
        }
        return choice;
    }

    /** Where a function of a card would find one that is like it. */
    private record Host(FleetHost host, Fit fit, int free) {}

    /** A function of a card cannot be made: hosts that have one that fits, each at the device that preflight would take. */
    private Places ofFixed(Fleet fleet, FleetHost at, DeviceProbe device, int most) {
        Snapshot source = judging.one(Essence.ofSource(at.published(), device));
        Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
        List<Fit> refused = new ArrayList<>();
        List<Host> fitting = new ArrayList<>();
        for (FleetHost host : fleet.hosts()) {
            Snapshot there = judging.one(Essence.ofDevices(host.left(), device.device()));
            if (host.name().equals(at.name()) || there.probes().isEmpty()) {
                continue;
            }
            Fit fit = judging.fit(source, there);
            verdicts.merge(fit.verdict(), 1, Integer::sum);
            if (fit.verdict() != Verdict.YES) {
                refused.add(fit);
            }
            if (fit.verdict().compareTo(Verdict.FULL) < 0) {
                fitting.add(new Host(host, fit, free(host, device.device())));
            }
        }
        fitting.sort(Comparator.comparing((Host h) -> h.fit().verdict())
                .thenComparingInt(h -> h.fit().warnings())
                .thenComparingInt(Host::free));
        List<Place> places = fitting.stream()
                .limit(most)
                .map(h -> new Place(
                        h.host().name(),
                        null,
                        h.fit(),
                        h.free() - 1,
                        List.of(),
                        judging.check(
                                        at.published(),
                                        h.host().left(),
                                        List.of(device.device().name()))
                                .findings()))
                .toList();
        return new Places(places, verdicts, Judging.counted(refused));
    }

    private static int free(FleetHost host, HostDevice like) {
        return (int) host.left().inventory().devices().stream()
                .filter(d ->
                        Essence.isLike(d, like) && d.isVfioBound() && !d.usage().isInUse())
                .count();
    }

    /** Negative if the first is the better one. */
    private static int compare(Ranking ranking, Offer one, Fit oneFits, Offer other, Fit otherFits) {
        int order = oneFits.verdict().compareTo(otherFits.verdict());
        order = order == 0 ? Integer.compare(oneFits.warnings(), otherFits.warnings()) : order;
        order = order == 0 ? Integer.compare(one.spoiled(), other.spoiled()) : order;
        if (order == 0) {
            order = Integer.compare(one.available(), other.available());
            order = ranking == Ranking.PACK ? order : -order;
        }
        order = order == 0 ? one.host().name().compareTo(other.host().name()) : order;
        return order == 0 ? one.parent().compareTo(other.parent()) : order;
    }

    /** Keeps the best while all go by. */
    private static final class Choice {
        private final Ranking ranking;
        private final Comparator<Candidate> order;
        private final int most;
        private final PriorityQueue<Candidate> best;
        private final Map<Verdict, Integer> hosts = new EnumMap<>(Verdict.class);
        private final List<Fit> refused = new ArrayList<>();
        private @Nullable Fit ofHost;

        Choice(Ranking ranking, int most) {
            this.ranking = ranking;
            this.order = (a, b) -> compare(ranking, a.offer(), a.fit(), b.offer(), b.fit());
            this.most = most;
            this.best = new PriorityQueue<>(Math.max(1, most), order.reversed());
        }

        void add(Offer offer, Fit fit) {
            if (ofHost == null || fit.verdict().compareTo(ofHost.verdict()) < 0) {
                ofHost = fit;
            }
            if (fit.verdict().compareTo(Verdict.FULL) >= 0) {
                return;
            }
            if (best.size() >= most) {
                Candidate worst = best.peek();
                if (worst == null || compare(ranking, offer, fit, worst.offer(), worst.fit()) >= 0) {
                    return;
                }
                best.poll();
            }
            best.add(new Candidate(offer, fit));
        }

        /** A host counts once, by its best. */
        void endHost() {
            if (ofHost != null) {
                hosts.merge(ofHost.verdict(), 1, Integer::sum);
                if (ofHost.verdict() != Verdict.YES) {
                    refused.add(ofHost);
                }
                ofHost = null;
            }
        }

        /** The best, each host once. */
        List<String> hosts() {
            return best.stream()
                    .sorted(order)
                    .map(c -> c.offer().host().name())
                    .distinct()
                    .toList();
        }

        Places places(java.util.function.Function<Offer, List<Finding>> explain) {
            List<Candidate> sorted = new ArrayList<>(best);
            sorted.sort(order);
            return new Places(
                    sorted.stream()
                            .map(c -> new Place(
                                    c.offer().host().name(),
                                    c.offer().parent(),
                                    c.fit(),
                                    c.offer().available() - 1,
                                    c.offer().shrinking(),
                                    explain.apply(c.offer())))
                            .toList(),
                    hosts,
                    Judging.counted(refused));
        }
    }
}
