/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.inventory.Claim;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.testbed.EtcdCluster;

/** After a gap that can no longer be watched, a reader reads what has changed in it and nothing else. */
@Timeout(300)
class EtcdViewIT {
    private static final Duration TTL = Duration.ofMinutes(5);
    private static final int HOSTS = 150;

    @TempDir
    private Path folder;

    private static Snapshot host(String name, int available) {
        MdevParent.Type type = new MdevParent.Type("mtty-1", null, null, available, "vfio-pci");
        MdevParent parent = new MdevParent("mtty", "mtty", null, List.of(type));
        return new Snapshot(
                "user",
                name,
                "6.12.0",
                Platform.UNKNOWN,
                Instant.EPOCH,
                new Inventory(List.of(parent), List.of(), List.of()),
                List.of());
    }

    @SuppressWarnings("ReferenceEquality") // a host that was read again is another object
    private static boolean isOne(FleetHost one, FleetHost other) {
        return one == other;
    }

    @Test
    void aGapIsCaughtUp() throws IOException, InterruptedException {
        EtcdCluster etcd = EtcdCluster.start(folder, 1);
        try (etcd;
                EtcdInventory inventory = EtcdInventory.open(EtcdOptions.plain(etcd.endpoints()), Clock.systemUTC());
                EtcdConnection connection = new EtcdConnection(EtcdOptions.plain(etcd.endpoints()))) {
            List<FleetInventory.Publication> all = IntStream.range(0, HOSTS)
                    .mapToObj(i -> inventory.publish("node" + i, TTL))
                    .toList();
            IntStream.range(0, HOSTS).forEach(i -> all.get(i).update(host("node" + i, 9)));
            EtcdView view = new EtcdView(connection);
            view.load();
            List<FleetHost> before = view.fleet().hosts();
            assertThat(before).hasSize(HOSTS);

            all.get(3).update(host("node3", 1));
            all.get(4).close();
            inventory.publish("other", TTL).update(host("other", 2));
            inventory.reserve(Claim.instance(UUID.randomUUID(), "node5", "mtty", "mtty-1", "nova", TTL));
            long now = inventory.read().revision();
            etcd.ctl("compact", String.valueOf(now));
            view.load();

            Fleet after = view.fleet();
            Fleet whole = inventory.read();
            assertThat(after.revision()).isEqualTo(whole.revision());
            assertThat(after.hosts())
                    .map(FleetHost::left)
                    .isEqualTo(whole.hosts().stream().map(FleetHost::left).toList());
            long same = before.stream()
                    .filter(h -> after.host(h.name())
                            .filter(other -> isOne(other, h))
                            .isPresent())
                    .count();
            assertThat(same).isEqualTo(HOSTS - 3); // these were not even read
        }
    }
}
