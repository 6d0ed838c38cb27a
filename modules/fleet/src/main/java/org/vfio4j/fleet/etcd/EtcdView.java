/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetState;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.fleet.inventory.SnapshotCodec;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotException;

/**
 * What etcd holds at a revision. It is read whole once; later only what has another revision than what is known, even after a gap that can no
 * longer be watched. For one thread.
 */
final class EtcdView {
    private static final int KEYS_AT_ONCE = 2_000;

    private final EtcdConnection etcd;
    private final KV kv;
    private final FleetState state = new FleetState();
    private final Map<String, Long> known = new HashMap<>();
    private long revision;

    EtcdView(EtcdConnection etcd) {
        this.etcd = etcd;
        this.kv = etcd.client().getKVClient();
    }

    /** Up to which revision everything is known; 0 before the first load. */
    long revision() {
        return revision;
    }

    Fleet fleet() {
        return state.fleet(revision);
    }

    /** Reads all that is not known as it is now. */
    void load() {
        if (revision == 0) {
            loadAll();
        } else {
            catchUp();
        }
    }

    /** The changes of one message; true if it said any. */
    boolean apply(WatchResponse message) {
        for (WatchEvent event : message.getEvents()) {
            KeyValue pair = event.getKeyValue();
            if (event.getEventType() == WatchEvent.EventType.DELETE) {
                remove(EtcdKeys.text(pair.getKey()));
            } else {
                put(pair);
            }
        }
        revision = Math.max(revision, message.getHeader().getRevision());
        return !message.getEvents().isEmpty();
    }

    private void loadAll() {
        long at = 0;
        for (String prefix : List.of(EtcdKeys.HOSTS, EtcdKeys.RESERVATIONS)) {
            ByteSequence from = EtcdKeys.bytes(prefix);
            ByteSequence end = end(prefix);
            boolean more = true;
            while (more) {
                GetResponse part = range(from, end, at, EtcdConnection.PAGE, false);
                at = at == 0 ? part.getHeader().getRevision() : at;
                putAll(part.getKvs());
                more = part.isMore() && !part.getKvs().isEmpty();
                from = more ? after(part.getKvs().getLast().getKey()) : from;
            }
        }
        revision = at;
    }

    private void catchUp() {
        Map<String, Long> now = new HashMap<>();
        List<ByteSequence> changed = new ArrayList<>();
        ByteSequence from = EtcdKeys.bytes(EtcdKeys.ALL);
        ByteSequence end = end(EtcdKeys.ALL);
        long at = 0;
        boolean more = true;
        while (more) {
            GetResponse part = range(from, end, at, KEYS_AT_ONCE, true);
            at = at == 0 ? part.getHeader().getRevision() : at;
            for (KeyValue pair : part.getKvs()) {
                String key = EtcdKeys.text(pair.getKey());
                now.put(key, pair.getModRevision());
                if (known.getOrDefault(key, 0L) != pair.getModRevision() && !key.startsWith(EtcdKeys.LEDGERS)) {
                    changed.add(pair.getKey());
                }
            }
            more = part.isMore() && !part.getKvs().isEmpty();
            from = more ? after(part.getKvs().getLast().getKey()) : from;
        }
        List.copyOf(known.keySet()).stream()
                .filter(key -> !now.containsKey(key))
                .forEach(this::remove);
        for (int i = 0; i < changed.size(); i += EtcdConnection.PAGE) {
            fetch(changed.subList(i, Math.min(changed.size(), i + EtcdConnection.PAGE)), at);
        }
        revision = at;
    }

    /** A key that has gone since, or changed again, is told of by what is watched next. */
    private void fetch(List<ByteSequence> keys, long at) {
        GetOption then = GetOption.builder().withRevision(at).build();
        Op[] gets = keys.stream().map(key -> Op.get(key, then)).toArray(Op[]::new);
        etcd.callAgain("read what changed", () -> kv.txn().Then(gets).commit())
                .getGetResponses()
                .forEach(part -> putAll(part.getKvs()));
    }

    private GetResponse range(ByteSequence from, ByteSequence end, long at, int limit, boolean keysOnly) {
        GetOption option = GetOption.builder()
                .withRange(end)
                .withRevision(at)
                .withLimit(limit)
                .withKeysOnly(keysOnly)
                .build();
        return etcd.callAgain("read the inventory", () -> kv.get(from, option));
    }

    /** Unpacking takes longer than anything else, so all processors do it. */
    private void putAll(List<KeyValue> pairs) {
        List<FleetState.Reader> readers =
                pairs.parallelStream().map(EtcdView::unpacked).toList();
        for (int i = 0; i < pairs.size(); i++) {
            put(pairs.get(i), readers.get(i));
        }
    }

    private static FleetState.Reader unpacked(KeyValue pair) {
        if (!EtcdKeys.text(pair.getKey()).startsWith(EtcdKeys.HOSTS)) {
            return () -> SnapshotCodec.read(pair.getValue().getBytes());
        }
        try {
            Snapshot snapshot = SnapshotCodec.read(pair.getValue().getBytes());
            return () -> snapshot;
        } catch (SnapshotException e) {
            return () -> {
                throw e;
            };
        }
    }

    private void put(KeyValue pair) {
        put(pair, () -> SnapshotCodec.read(pair.getValue().getBytes()));
    }

    private void put(KeyValue pair, FleetState.Reader reader) {
        String key = EtcdKeys.text(pair.getKey());
        known.put(key, pair.getModRevision());
        if (key.startsWith(EtcdKeys.HOSTS)) {
            state.put(key.substring(EtcdKeys.HOSTS.length()), reader);
        } else if (key.startsWith(EtcdKeys.RESERVATIONS)) {
            try {
                Reservation reservation = Reservation.read(pair.getValue().getBytes());
                if (!key.equals(EtcdKeys.RESERVATIONS + reservation.host() + "/" + reservation.id())) {
                    throw new SnapshotException("reservation", "is another's");
                }
                state.forgive(key);
                state.put(reservation.host(), reservation);
            } catch (SnapshotException e) {
                state.report(key, e);
            }
        }
    }

    private void remove(String key) {
        known.remove(key);
        if (key.startsWith(EtcdKeys.HOSTS)) {
            state.remove(key.substring(EtcdKeys.HOSTS.length()));
        } else if (key.startsWith(EtcdKeys.RESERVATIONS)) {
            state.forgive(key);
            int slash = key.lastIndexOf('/');
            try {
                state.remove(
                        key.substring(EtcdKeys.RESERVATIONS.length(), Math.max(EtcdKeys.RESERVATIONS.length(), slash)),
                        UUID.fromString(key.substring(slash + 1)));
            } catch (IllegalArgumentException e) {
                // it was none
            }
        }
    }

    /** The first key that does not begin so: all prefixes end in a slash. */
    static ByteSequence end(String prefix) {
        return EtcdKeys.bytes(prefix.substring(0, prefix.length() - 1) + "0");
    }

    private static ByteSequence after(ByteSequence key) {
        return key.concat(ByteSequence.from(new byte[1]));
    }

    /** What went wrong in words, for a log. */
    static String words(Throwable e) {
        return e instanceof ErrnoException ? String.valueOf(e.getMessage()) : e.toString();
    }
}
