/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.vfio4j.fleet.inventory.Card;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.fleet.inventory.SnapshotCodec;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.snapshot.Snapshot;

/** Everything that ever happened in an inventory, read from etcd by a watch from revision 1, and judged: more was never claimed than there was. */
final class FleetHistory {
    private static final Snapshot NONE = FleetHosts.host("none", 0);

    private final Map<String, Snapshot> hosts = new HashMap<>();
    private final Map<String, Reservation> reservations = new HashMap<>();
    private int grants;
    private int ends;

    private FleetHistory() {}

    /**
     * Reads it.
     *
     * @param until the last revision
     */
    static FleetHistory read(List<String> endpoints, long until) throws InterruptedException {
        FleetHistory history = new FleetHistory();
        BlockingQueue<WatchResponse> messages = new LinkedBlockingQueue<>();
        try (Client client = Client.builder()
                        .endpoints(endpoints.toArray(String[]::new))
                        .build();
                Watch.Watcher watcher = client.getWatchClient()
                        .watch(
                                bytes("/vfio4j/1/"),
                                WatchOption.builder()
                                        .withRange(bytes("/vfio4j/10"))
                                        .withRevision(1)
                                        .build(),
                                messages::add)) {
            long seen = 0;
            while (seen < until) {
                WatchResponse message = messages.poll(60, TimeUnit.SECONDS);
                assertThat(message)
                        .as("the history up to " + until + ", after " + seen)
                        .isNotNull();
                for (WatchEvent event : message.getEvents()) {
                    history.apply(event);
                    seen = Math.max(seen, event.getKeyValue().getModRevision());
                }
            }
            assertThat(watcher.isClosed()).isFalse();
        }
        return history;
    }

    /** How often something was claimed. */
    int grants() {
        return grants;
    }

    /** How many claims have ended, one way or another. */
    int ends() {
        return ends;
    }

    /** What is claimed at the end. */
    List<Reservation> open() {
        return List.copyOf(reservations.values());
    }

    private void apply(WatchEvent event) {
        KeyValue pair = event.getKeyValue();
        String key = pair.getKey().toString(StandardCharsets.UTF_8);
        boolean isGone = event.getEventType() == WatchEvent.EventType.DELETE;
        if (key.startsWith("/vfio4j/1/hosts/")) {
            String host = key.substring("/vfio4j/1/hosts/".length());
            if (isGone) {
                hosts.remove(host);
            } else {
                hosts.put(host, SnapshotCodec.read(pair.getValue().getBytes()));
            }
        } else if (key.startsWith("/vfio4j/1/reservations/")) {
            if (isGone) {
                ends++;
                assertThat(reservations.remove(key)).isNotNull();
            } else {
                Reservation reservation = Reservation.read(pair.getValue().getBytes());
                grants += reservations.put(key, reservation) == null ? 1 : 0;
                check(reservation.host(), pair.getModRevision());
            }
        }
    }

    /** After a grant: each of the host's claims has an instance of its own, whatever order they are counted in. */
    private void check(String host, long revision) {
        Snapshot snapshot = Optional.ofNullable(hosts.get(host)).orElse(NONE);
        assertThat(snapshot)
                .as("a claim on a host that is there, at revision " + revision)
                .isNotSameAs(NONE);
        List<Reservation> claims = new ArrayList<>(reservations.values());
        claims.removeIf(r -> !r.host().equals(host));
        for (MdevParent parent : snapshot.inventory().parents()) {
            Map<String, Integer> counts = new HashMap<>();
            claims.stream()
                    .filter(r -> parent.name().equals(r.parentOrNull()))
                    .forEach(r -> counts.merge(String.valueOf(r.typeOrNull()), 1, Integer::sum));
            long size = 0;
            long room = 0;
            for (MdevParent.Type type : parent.types()) {
                int count = counts.getOrDefault(type.id(), 0);
                int available = type.available().orElseThrow();
                assertThat(count)
                        .as(type.id() + " on " + host + " at revision " + revision + ": " + claims)
                        .isLessThanOrEqualTo(available);
                size += count * Card.size(type).orElse(0);
                room = Math.max(room, available * Card.size(type).orElse(0));
            }
            assertThat(size)
                    .as(parent.name() + " of " + host + " at revision " + revision)
                    .isLessThanOrEqualTo(room);
        }
    }

    private static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }
}
