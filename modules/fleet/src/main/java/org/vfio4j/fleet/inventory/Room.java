/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Snapshot;

/** What of a host's capacity is left beside what is claimed. One rule for all inventories, and for all questions. */
public final class Room {
    private Room() {}

    /** The reservations that count: those whose device the host does not show yet. */
    public static List<Reservation> open(Snapshot host, List<Reservation> reservations) {
        if (reservations.isEmpty()) {
            return reservations;
        }
        Set<String> names = new HashSet<>();
        host.inventory().devices().forEach(device -> names.add(device.name()));
        return reservations.stream()
                .filter(r -> !names.contains(r.id().toString()))
                .toList();
    }

    /** The host as it is for who has none of these reservations: less is available, and a claimed device is in use by its holder. */
    public static Snapshot after(Snapshot host, List<Reservation> reservations) {
        List<Reservation> open = open(host, reservations);
        if (open.isEmpty()) {
            return host;
        }
        List<HostDevice> devices = host.inventory().devices();
        List<MdevParent> parents = new ArrayList<>();
        for (MdevParent parent : host.inventory().parents()) {
            Card card = Card.of(parent, devices);
            for (Reservation reservation : open) {
                if (parent.name().equals(reservation.parentOrNull()) && reservation.typeOrNull() != null) {
                    card = card.take(reservation.typeOrNull());
                }
            }
            parents.add(card.parent());
        }
        Set<String> claimed = new HashSet<>();
        open.forEach(r -> {
            if (r.deviceOrNull() != null) {
                claimed.add(r.deviceOrNull());
            }
        });
        List<DeviceProbe> probes = claimed.isEmpty()
                ? host.probes()
                : host.probes().stream()
                        .map(p -> claimed.contains(p.device().name())
                                ? new DeviceProbe(p.device().withUsage(Usage.inUse(List.of())), p.answers())
                                : p)
                        .toList();
        return with(host, parents, probes);
    }

    /** The same host with other parents and devices. */
    public static Snapshot with(Snapshot host, List<MdevParent> parents, List<DeviceProbe> probes) {
        return new Snapshot(
                host.host(),
                host.hostName(),
                host.kernel(),
                host.platform(),
                host.taken(),
                new Inventory(
                        parents,
                        probes.stream().map(DeviceProbe::device).toList(),
                        host.inventory().findings()),
                probes);
    }

    /**
     * Whether a claim can be granted beside these reservations; empty if it can.
     *
     * @param hostOrNull what the host published; null if it is not there
     */
    public static Optional<RefusedException> refusal(
            @org.jspecify.annotations.Nullable Snapshot hostOrNull, List<Reservation> reservations, Claim claim) {
        if (hostOrNull == null) {
            return Optional.of(new RefusedException(
                    Errno.ENODEV, "there is no host " + claim.host(), "vfio fleet list shows those there are."));
        }
        if (reservations.stream().anyMatch(r -> r.id().equals(claim.id()))) {
            return Optional.of(new RefusedException(
                    Errno.EEXIST, "there is a reservation " + claim.id() + " already", "Take another UUID."));
        }
        Snapshot left = after(hostOrNull, reservations);
        return claim.deviceOrNull() == null ? instance(left, claim, reservations) : device(left, claim);
    }

    private static Optional<RefusedException> instance(Snapshot left, Claim claim, List<Reservation> reservations) {
        Optional<MdevParent.Type> type = left.inventory().parents().stream()
                .filter(p -> p.name().equals(claim.parentOrNull()))
                .flatMap(p -> p.types().stream())
                .filter(t -> t.id().equals(claim.typeOrNull()))
                .findFirst();
        if (type.isEmpty()) {
            return Optional.of(new RefusedException(
                    Errno.ENODEV,
                    claim.host() + " has no type " + claim.what(),
                    "vfio fleet where " + claim.typeOrNull() + " shows where there is one."));
        }
        if (type.get().available().orElse(0) > 0) {
            return Optional.empty();
        }
        return Optional.of(new RefusedException(
                Errno.ENOSPC,
                "no " + claim.what() + " of " + claim.host() + " is left: "
                        + (reservations.isEmpty()
                                ? "all are made"
                                : "what is not made is reserved by " + holders(reservations)),
                "vfio fleet where " + claim.typeOrNull() + " shows where there is room."));
    }

    private static Optional<RefusedException> device(Snapshot left, Claim claim) {
        Optional<HostDevice> device = left.inventory().devices().stream()
                .filter(d -> d.name().equals(claim.deviceOrNull()))
                .findFirst();
        if (device.isEmpty()) {
            return Optional.of(
                    new RefusedException(Errno.ENODEV, claim.host() + " has no device " + claim.deviceOrNull(), ""));
        }
        return device.get().usage().isInUse()
                ? Optional.of(new RefusedException(
                        Errno.ENOSPC, claim.deviceOrNull() + " of " + claim.host() + " is in use or reserved", ""))
                : Optional.empty();
    }

    private static String holders(List<Reservation> reservations) {
        List<String> holders =
                reservations.stream().map(Reservation::holder).distinct().toList();
        return String.join(", ", holders.subList(0, Math.min(4, holders.size())))
                + (holders.size() > 4 ? " and others" : "");
    }
}
