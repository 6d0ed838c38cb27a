/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.ForeignText;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotException;

/** A fleet that is put together from what an inventory holds, and changes with it. What cannot be used becomes a finding. For one thread. */
public final class FleetState {
    /** The most hosts that are kept; more are a mistake or an attack. */
    public static final int MAX_HOSTS = 100_000;

    private final SortedMap<String, Snapshot> snapshots = new TreeMap<>();
    private final Map<String, Map<UUID, Reservation>> reservations = new HashMap<>();
    private final SortedMap<String, FleetHost> hosts = new TreeMap<>();
    private final SortedMap<String, Finding> findings = new TreeMap<>();
    private final Sharing sharing = new Sharing();

    /** Knows nothing yet. */
    public FleetState() {
        // all fields have their values
    }

    /** A reader of one value. */
    @FunctionalInterface
    public interface Reader {
        /** Reads it, or says why not. */
        Snapshot read();
    }

    /** A host's value is there, or another one. */
    public void put(String name, Reader value) {
        findings.remove(name);
        try {
            Snapshot snapshot = value.read();
            if (!HostNames.isValid(name)) {
                throw new SnapshotException("name", "no host can be called so");
            }
            if (!snapshot.hostName().equals(name)) {
                throw new SnapshotException("host_name", "is another than that it is published as");
            }
            if (!snapshots.containsKey(name) && snapshots.size() >= MAX_HOSTS) {
                throw new SnapshotException("name", "there are " + MAX_HOSTS + " hosts already");
            }
            snapshots.put(name, sharing.share(snapshot));
            renew(name);
        } catch (SnapshotException | RefusedException e) {
            remove(name);
            report(name, e);
        }
    }

    /** A host is gone. */
    public void remove(String name) {
        findings.remove(name);
        snapshots.remove(name);
        hosts.remove(name);
    }

    /** A reservation is there, or changed. */
    public void put(String host, Reservation reservation) {
        reservations.computeIfAbsent(host, h -> new TreeMap<>()).put(reservation.id(), reservation);
        renew(host);
    }

    /** A reservation is gone. */
    public void remove(String host, UUID id) {
        Map<UUID, Reservation> of = reservations.get(host);
        if (of != null && of.remove(id) != null) {
            if (of.isEmpty()) {
                reservations.remove(host);
            }
            renew(host);
        }
    }

    /** Something that is neither: it is said, and passed over. */
    public void report(String subject, ErrnoException e) {
        if (findings.size() < 1000) {
            findings.put(
                    subject,
                    new Finding(
                            "fleet-unreadable",
                            Finding.Severity.WARNING,
                            ForeignText.ascii(subject, 120),
                            "what is published there cannot be used: " + e.getMessage(),
                            "See who may write it, and publish it anew: vfio agent."));
        }
    }

    /** Something that was reported is well now, or gone. */
    public void forgive(String subject) {
        findings.remove(subject);
    }

    /** All reservations of a host. */
    public List<Reservation> reservations(String host) {
        Map<UUID, Reservation> of = reservations.get(host);
        return of == null ? List.of() : List.copyOf(of.values());
    }

    /** What a host published; null if it is not there. */
    public @Nullable Snapshot snapshotOrNull(String host) {
        return snapshots.get(host);
    }

    /** As it is now. */
    public Fleet fleet(long revision) {
        return new Fleet(new TreeMap<>(hosts), new ArrayList<>(findings.values()), revision);
    }

    private void renew(String name) {
        Snapshot snapshot = snapshots.get(name);
        if (snapshot != null) {
            hosts.put(name, new FleetHost(name, snapshot, reservations(name)));
        }
    }
}
