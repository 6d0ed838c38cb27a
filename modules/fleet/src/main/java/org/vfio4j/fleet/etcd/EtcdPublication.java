/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Lease;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vfio4j.fleet.inventory.FleetInventory.Publication;
import org.vfio4j.fleet.inventory.SnapshotCodec;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.snapshot.Snapshot;

/** A host that publishes itself in etcd, under a lease. */
final class EtcdPublication implements Publication {
    private static final System.Logger LOG = System.getLogger(EtcdPublication.class.getName());

    private final EtcdConnection etcd;
    private final String host;
    private final long ttlSeconds;
    private final KV kv;
    private final Lease leases;
    private long lease;

    EtcdPublication(EtcdConnection etcd, String host, Duration ttl) {
        this.etcd = etcd;
        this.host = host;
        this.ttlSeconds = Math.max(1, ttl.toSeconds());
        this.kv = etcd.client().getKVClient();
        this.leases = etcd.client().getLeaseClient();
    }

    @Override
    public void update(Snapshot snapshot) {
        ByteSequence value = ByteSequence.from(SnapshotCodec.write(snapshot));
        try {
            put(value, fulfilled(snapshot));
        } catch (ErrnoException e) {
            if (lease == 0 || !EtcdConnection.isNotFound(e)) {
                throw e;
            }
            lease = 0; // it ran out meanwhile
            put(value, fulfilled(snapshot));
        }
    }

    private void put(ByteSequence value, List<ByteSequence> fulfilled) {
        if (lease == 0) {
            lease = etcd.callAgain("grant a lease", () -> leases.grant(ttlSeconds))
                    .getID();
        }
        List<Op> ops = new ArrayList<>();
        ops.add(Op.put(
                EtcdKeys.host(host),
                value,
                PutOption.builder().withLeaseId(lease).build()));
        fulfilled.forEach(key -> ops.add(Op.delete(key, DeleteOption.DEFAULT)));
        etcd.call(
                "take what " + host + " publishes",
                () -> kv.txn().Then(ops.toArray(Op[]::new)).commit());
    }

    /** The reservations whose devices are there. */
    private List<ByteSequence> fulfilled(Snapshot snapshot) {
        Set<String> there = new HashSet<>();
        String prefix = EtcdKeys.RESERVATIONS + host + "/";
        snapshot.inventory().devices().forEach(device -> there.add(prefix + device.name()));
        GetOption keys = GetOption.builder()
                .withRange(EtcdView.end(prefix))
                .withKeysOnly(true)
                .build();
        return etcd
                .callAgain("read the reservations of " + host, () -> kv.get(EtcdKeys.reservations(host), keys))
                .getKvs()
                .stream()
                .map(KeyValue::getKey)
                .filter(key -> there.contains(EtcdKeys.text(key)))
                .toList();
    }

    @Override
    public boolean renew() {
        if (lease == 0) {
            return false;
        }
        try {
            if (etcd.callAgain("renew a lease", () -> leases.keepAliveOnce(lease))
                            .getTTL()
                    > 0) {
                return true;
            }
        } catch (ErrnoException e) {
            if (!EtcdConnection.isNotFound(e)) {
                throw e;
            }
        }
        lease = 0;
        return false;
    }

    @Override
    public void close() {
        if (lease != 0) {
            try {
                etcd.call("revoke a lease", () -> leases.revoke(lease));
            } catch (ErrnoException e) {
                LOG.log(System.Logger.Level.DEBUG, "{0} stays until its lease ends: {1}", host, e.getMessage());
            }
            lease = 0;
        }
    }
}
