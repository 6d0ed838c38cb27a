/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Claim;
import org.vfio4j.fleet.inventory.FolderInventory;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.fleet.inventory.Room;
import org.vfio4j.fleet.inventory.SnapshotCodec;
import org.vfio4j.fleet.inventory.UnreachableException;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotException;

/**
 * Claims by transaction: what a host has and what is claimed of it are read at one revision, and the claim is written only if the host still says
 * the same and nobody has claimed anything of it since. That claims end needs no such care, since it only leaves more.
 */
final class EtcdReservations {
    private static final System.Logger LOG = System.getLogger(EtcdReservations.class.getName());
    private static final int MAX_PAUSE_MILLIS = 200;

    private final EtcdConnection etcd;
    private final InstantSource clock;
    private final KV kv;
    private final Lease leases;

    EtcdReservations(EtcdConnection etcd, InstantSource clock) {
        this.etcd = etcd;
        this.clock = clock;
        this.kv = etcd.client().getKVClient();
        this.leases = etcd.client().getLeaseClient();
    }

    /** What a claim is judged by, and the revisions that must not have changed when it is written. */
    private record Seen(
            @Nullable Snapshot hostOrNull, long hostRevision, long ledgerRevision, List<Reservation> reservations) {}

    Reservation reserve(Claim claim) {
        long deadline = System.nanoTime() + etcd.options().patience().toNanos();
        int failures = 0;
        while (true) {
            Seen seen = look(claim.host());
            Optional<RefusedException> refusal = Room.refusal(seen.hostOrNull(), seen.reservations(), claim);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            Optional<Reservation> made = write(claim, seen);
            if (made.isPresent()) {
                return made.get();
            }
            if (System.nanoTime() > deadline) {
                throw new UnreachableException(
                        Errno.EAGAIN,
                        "others claimed so much of " + claim.host() + " that this claim never had its turn");
            }
            failures++;
            pause(ThreadLocalRandom.current().nextInt(Math.min(MAX_PAUSE_MILLIS, 5 << Math.min(6, failures))));
        }
    }

    /** Asks for the keys of all of them only where there is none on the host. */
    Optional<Reservation> find(String host, UUID id) {
        Optional<Reservation> here = at(EtcdKeys.reservation(host, id));
        if (here.isPresent()) {
            return here;
        }
        GetOption keys = GetOption.builder()
                .withRange(EtcdView.end(EtcdKeys.RESERVATIONS))
                .withKeysOnly(true)
                .build();
        return etcd
                .callAgain("look for a reservation", () -> kv.get(EtcdKeys.bytes(EtcdKeys.RESERVATIONS), keys))
                .getKvs()
                .stream()
                .map(KeyValue::getKey)
                .filter(key -> EtcdKeys.text(key).endsWith("/" + id))
                .findFirst()
                .flatMap(this::at);
    }

    private Optional<Reservation> at(ByteSequence key) {
        return read(key)
                .map(EtcdReservations::reservation)
                .filter(found -> EtcdKeys.reservation(found.host(), found.id()).equals(key));
    }

    private long grant(Duration lifetime) {
        return etcd.callAgain("grant a lease", () -> leases.grant(lifetime.toSeconds()))
                .getID();
    }

    private Optional<KeyValue> read(ByteSequence key) {
        return etcd.callAgain("read a reservation", () -> kv.get(key)).getKvs().stream()
                .findFirst();
    }

    Reservation extend(Reservation reservation, Duration lifetime) {
        ByteSequence key = EtcdKeys.reservation(reservation.host(), reservation.id());
        KeyValue found = read(key).orElseThrow(() -> FolderInventory.gone(reservation.id()));
        Instant now = clock.instant();
        Reservation extended = reservation.until(now.plus(lifetime));
        long lease = grant(lifetime);
        boolean done = orRevoke(
                lease,
                () -> etcd.call(
                                "extend a reservation",
                                () -> kv.txn()
                                        .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(found.getModRevision())))
                                        .Then(put(key, extended.write(), lease))
                                        .commit())
                        .isSucceeded());
        if (!done) {
            throw FolderInventory.gone(reservation.id());
        }
        revoke(found.getLease());
        return extended;
    }

    void release(String host, UUID id) {
        DeleteOption option = DeleteOption.builder().withPrevKV(true).build();
        etcd.call("release a reservation", () -> kv.delete(EtcdKeys.reservation(host, id), option))
                .getPrevKvs()
                .forEach(pair -> revoke(pair.getLease()));
    }

    private Seen look(String host) {
        String prefix = EtcdKeys.RESERVATIONS + host + "/";
        GetOption all = GetOption.builder().withRange(EtcdView.end(prefix)).build();
        List<GetResponse> parts = etcd.callAgain(
                        "read " + host,
                        () -> kv.txn()
                                .Then(
                                        Op.get(EtcdKeys.host(host), GetOption.DEFAULT),
                                        Op.get(EtcdKeys.ledger(host), GetOption.DEFAULT),
                                        Op.get(EtcdKeys.reservations(host), all))
                                .commit())
                .getGetResponses();
        List<KeyValue> published = parts.get(0).getKvs();
        List<KeyValue> ledger = parts.get(1).getKvs();
        return new Seen(
                published.isEmpty() ? null : snapshot(host, published.getFirst()),
                published.isEmpty() ? 0 : published.getFirst().getModRevision(),
                ledger.isEmpty() ? 0 : ledger.getFirst().getModRevision(),
                parts.get(2).getKvs().stream()
                        .map(EtcdReservations::reservation)
                        .toList());
    }

    private static Snapshot snapshot(String host, KeyValue pair) {
        try {
            return SnapshotCodec.read(pair.getValue().getBytes());
        } catch (SnapshotException e) {
            throw new RefusedException(
                    Errno.EPROTO,
                    "what " + host + " publishes cannot be used: " + e.getMessage(),
                    "See who may write it, and publish it anew: vfio agent.");
        }
    }

    /** One that cannot be read might hold anything, so nothing can be promised beside it. */
    private static Reservation reservation(KeyValue pair) {
        try {
            return Reservation.read(pair.getValue().getBytes());
        } catch (SnapshotException e) {
            String key = EtcdKeys.text(pair.getKey());
            throw new RefusedException(
                    Errno.EPROTO,
                    "there is a reservation that cannot be read, " + key + ": " + e.getMessage(),
                    "See who may write there, and remove it: etcdctl del " + key + ".");
        }
    }

    /** Empty if something has changed since it was seen. */
    private Optional<Reservation> write(Claim claim, Seen seen) {
        Reservation made = new Reservation(
                claim.id(),
                claim.host(),
                claim.parentOrNull(),
                claim.typeOrNull(),
                claim.deviceOrNull(),
                claim.holder(),
                clock.instant().plus(claim.lifetime()));
        ByteSequence key = EtcdKeys.reservation(claim.host(), claim.id());
        long lease = grant(claim.lifetime());
        boolean done = orRevoke(
                lease,
                () -> etcd.call(
                                "reserve",
                                () -> kv.txn()
                                        .If(
                                                is(EtcdKeys.host(claim.host()), seen.hostRevision()),
                                                is(EtcdKeys.ledger(claim.host()), seen.ledgerRevision()),
                                                is(key, 0))
                                        .Then(
                                                put(key, made.write(), lease),
                                                Op.put(
                                                        EtcdKeys.ledger(claim.host()),
                                                        EtcdKeys.bytes(
                                                                claim.id().toString()),
                                                        PutOption.DEFAULT))
                                        .commit())
                        .isSucceeded());
        if (!done) {
            revoke(lease);
            return Optional.empty();
        }
        return Optional.of(made);
    }

    /** A key that is not there has revision 0. */
    private static Cmp is(ByteSequence key, long revision) {
        return new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(revision));
    }

    private static Op put(ByteSequence key, byte[] value, long lease) {
        return Op.put(
                key,
                ByteSequence.from(value),
                PutOption.builder().withLeaseId(lease).build());
    }

    /** When nobody knows whether something was written, its lease is revoked: then it is not there, nor can it come later. */
    private boolean orRevoke(long lease, java.util.function.BooleanSupplier action) {
        try {
            return action.getAsBoolean();
        } catch (ErrnoException e) {
            revoke(lease);
            throw e;
        }
    }

    /** If etcd cannot be reached the lease ends by itself. */
    private void revoke(long lease) {
        if (lease == 0) {
            return;
        }
        try {
            etcd.call("revoke a lease", () -> leases.revoke(lease));
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "a lease ends by itself: {0}", e.getMessage());
        }
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
