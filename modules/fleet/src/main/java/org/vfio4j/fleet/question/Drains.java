/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vfio4j.fleet.inventory.Card;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.inventory.Room;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.preflight.DeviceMapping;
import org.vfio4j.management.preflight.Report;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * Finds places for all devices of a host, one after the other, the largest first, each where it spoils least; what one got the next does not get. What
 * found no place is tried again before all others, a few times: a small device may have taken the only card that a large one fits.
 */
final class Drains {
    private static final int ROUNDS = 8;
    private static final int HOSTS_TRIED = 64;

    private final Judging judging;
    private final Offers offers;
    private final boolean acceptsUnknown;

    Drains(Judging judging, Offers offers, boolean acceptsUnknown) {
        this.judging = judging;
        this.offers = offers;
        this.acceptsUnknown = acceptsUnknown;
    }

    /** Devices that one process has open, or one that nobody has. */
    private record Unit(String holder, List<DeviceProbe> devices) {
        /** Whether nobody has it open, as far as its host could see. */
        boolean isFree() {
            return devices.getFirst().device().usage().state() == Usage.State.FREE;
        }

        List<String> names() {
            return devices.stream().map(p -> p.device().name()).toList();
        }
    }

    Drain of(Fleet fleet, FleetHost host) {
        List<Unit> order = new ArrayList<>(units(host));
        order.sort(Comparator.comparingLong((Unit unit) -> -weight(host, unit)));
        Attempt attempt = attempt(fleet, host, order);
        for (int i = 1; i < ROUNDS && !attempt.failed.isEmpty(); i++) {
            List<Unit> next = new ArrayList<>(attempt.failed);
            order.stream().filter(unit -> !attempt.failed.contains(unit)).forEach(next::add);
            if (next.equals(order)) {
                break;
            }
            order = next;
            Attempt again = attempt(fleet, host, order);
            if (again.failed.size() < attempt.failed.size()) {
                attempt.become(again);
            }
        }
        return new Drain(
                host.name(),
                attempt.steps,
                attempt.failed.stream()
                        .map(unit -> new Drain.Staying(unit.holder(), unit.names(), why(fleet, host, unit)))
                        .toList());
    }

    private static List<Unit> units(FleetHost host) {
        Map<String, List<DeviceProbe>> held = new LinkedHashMap<>();
        for (DeviceProbe probe : host.published().probes()) {
            if (probe.device().kind() != DeviceKind.MDEV
                    && probe.device().usage().state() == Usage.State.FREE) {
                continue; // a function that nobody uses stays where it is built in
            }
            List<Usage.Holder> holders = probe.device().usage().holders();
            String key = holders.isEmpty()
                    ? probe.device().name()
                    : holders.getFirst().toString();
            held.computeIfAbsent(key, k -> new ArrayList<>()).add(probe);
        }
        List<Unit> units = new ArrayList<>();
        held.forEach((key, probes) -> units.add(
                new Unit(probes.getFirst().device().usage().holders().isEmpty() ? "" : key, List.copyOf(probes))));
        return units;
    }

    private static long weight(FleetHost host, Unit unit) {
        long weight = 0;
        for (DeviceProbe probe : unit.devices()) {
            for (MdevParent parent : host.published().inventory().parents()) {
                if (parent.name().equals(probe.device().parentOrNull())) {
                    weight += probe.device()
                            .type()
                            .flatMap(parent::type)
                            .map(t -> Card.size(t).orElse(0))
                            .orElse(0L);
                }
            }
        }
        return weight + unit.devices().size();
    }

    /** One pass over the units. */
    private static final class Attempt {
        private List<Drain.Step> steps = new ArrayList<>();
        private List<Unit> failed = new ArrayList<>();
        private Fleet fleet;

        Attempt(Fleet fleet) {
            this.fleet = fleet;
        }

        void become(Attempt other) {
            steps = other.steps;
            failed = other.failed;
            fleet = other.fleet;
        }
    }

    private Attempt attempt(Fleet fleet, FleetHost host, List<Unit> order) {
        Attempt attempt = new Attempt(fleet);
        for (Unit unit : order) {
            Optional<Drain.Step> step = place(attempt, host, unit);
            if (step.isPresent()) {
                attempt.steps.add(step.get());
            } else {
                attempt.failed.add(unit);
            }
        }
        return attempt;
    }

    private Optional<Drain.Step> place(Attempt attempt, FleetHost from, Unit unit) {
        for (String name : candidates(attempt.fleet, from, unit)) {
            FleetHost to = attempt.fleet.host(name).orElseThrow();
            Report report = judging.check(from.published(), ordered(to, unit), unit.names());
            if (report.devices().size() == unit.devices().size() && may(unit, report)) {
                attempt.fleet = attempt.fleet.with(List.of(after(to, report.devices())));
                return Optional.of(new Drain.Step(
                        unit.holder(), name, report.devices(), unit.isFree() ? List.of() : report.findings()));
            }
        }
        return Optional.empty();
    }

    /** A device that nobody uses has no state to be moved: it is enough that another can be made. */
    private boolean may(Unit unit, Report report) {
        Verdict verdict = Verdict.of(report.findings());
        return unit.isFree() || verdict == Verdict.YES || (acceptsUnknown && verdict == Verdict.UNKNOWN);
    }

    /** Hosts that are worth a full check, the best for the first device first. */
    private List<String> candidates(Fleet fleet, FleetHost from, Unit unit) {
        DeviceProbe first = unit.devices().getFirst();
        Where where = new Where(judging, offers);
        String type = first.device().typeOrNull();
        Set<String> names = new LinkedHashSet<>(
                unit.isFree() && type != null
                        ? where.hostsOfType(fleet, type, HOSTS_TRIED)
                        : where.hostsOfDevice(fleet, from, first, HOSTS_TRIED));
        names.remove(from.name());
        return List.copyOf(names);
    }

    /** The host with the parent first that is the best for the unit's first device: preflight takes the first that has room. */
    private Snapshot ordered(FleetHost to, Unit unit) {
        String type = unit.devices().getFirst().device().typeOrNull();
        if (type == null) {
            return to.left();
        }
        List<String> best = offers.of(to, type).stream()
                .filter(offer -> offer.available() > 0)
                .sorted(Comparator.comparingInt(Offer::spoiled).thenComparingInt(Offer::available))
                .map(Offer::parent)
                .toList();
        List<MdevParent> parents = new ArrayList<>(to.left().inventory().parents());
        parents.sort(Comparator.comparingInt(p -> best.contains(p.name()) ? best.indexOf(p.name()) : best.size()));
        return Room.with(to.left(), parents, to.left().probes());
    }

    /** The host when the devices have come. */
    private static FleetHost after(FleetHost to, List<DeviceMapping> mappings) {
        List<MdevParent> parents = new ArrayList<>();
        List<HostDevice> devices = to.published().inventory().devices();
        for (MdevParent parent : to.published().inventory().parents()) {
            Card card = Card.of(parent, devices);
            for (DeviceMapping mapping : mappings) {
                if (parent.name().equals(mapping.parentOrNull()) && mapping.typeOrNull() != null) {
                    card = card.take(mapping.typeOrNull());
                }
            }
            parents.add(card.parent());
        }
        List<DeviceProbe> probes = to.published().probes().stream()
                .map(probe -> mappings.stream().anyMatch(m -> takes(m, probe.device()))
                        ? new DeviceProbe(probe.device().withUsage(Usage.inUse(List.of())), probe.answers())
                        : probe)
                .toList();
        return to.with(Room.with(to.published(), parents, probes));
    }

    private static boolean takes(DeviceMapping mapping, HostDevice device) {
        return mapping.kind() != DeviceKind.MDEV && mapping.destination().equals(device.name());
    }

    /** What preflight says of the host that comes closest. */
    private List<Finding> why(Fleet fleet, FleetHost from, Unit unit) {
        List<Finding> closest = List.of();
        int least = Integer.MAX_VALUE;
        Set<Snapshot> looked = new LinkedHashSet<>();
        for (FleetHost host : fleet.hosts()) {
            if (host.name().equals(from.name()) || !looked.add(essence(host, unit)) || looked.size() > HOSTS_TRIED) {
                continue;
            }
            List<Finding> blockers = judging.check(from.published(), host.left(), unit.names()).findings().stream()
                    .filter(f -> f.severity() == Finding.Severity.BLOCKER)
                    .toList();
            if (blockers.size() < least && !blockers.isEmpty()) {
                least = blockers.size();
                closest = blockers;
            }
        }
        return closest.isEmpty()
                ? List.of(new Finding(
                        "fleet-no-room",
                        Finding.Severity.BLOCKER,
                        String.join(", ", unit.names()),
                        fleet.size() < 2
                                ? "There is no other host in the inventory."
                                : "There are hosts for it, but what they have is needed for the devices before it.",
                        "Add a host, or free instances on one."))
                : closest;
    }

    private static Snapshot essence(FleetHost host, Unit unit) {
        HostDevice first = unit.devices().getFirst().device();
        if (first.typeOrNull() != null) {
            for (MdevParent parent : host.left().inventory().parents()) {
                Optional<MdevParent.Type> type = parent.type(first.typeOrNull());
                if (type.isPresent()) {
                    return Essence.ofPlace(host.left(), parent, type.get());
                }
            }
        }
        return Essence.ofDevices(host.left(), first);
    }
}
