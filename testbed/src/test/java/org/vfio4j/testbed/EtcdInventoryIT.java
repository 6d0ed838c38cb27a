/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.etcd.EtcdInventory;
import org.vfio4j.fleet.etcd.EtcdOptions;
import org.vfio4j.fleet.inventory.Claim;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.snapshot.Snapshot;

/** The inventory in a real etcd. */
@Timeout(300)
class EtcdInventoryIT {
    private static final Duration TTL = Duration.ofMinutes(10);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    private final BlockingQueue<Fleet> views = new LinkedBlockingQueue<>();

    private static EtcdInventory open(EtcdCluster etcd) {
        return EtcdInventory.open(
                new EtcdOptions(etcd.endpoints(), null, null, null, null, null, PATIENCE), Clock.systemUTC());
    }

    /** Waits for a view that is so; whatever comes before it is let go. */
    private Fleet await(Predicate<Fleet> wanted) throws InterruptedException {
        while (true) {
            Fleet next = views.poll(60, TimeUnit.SECONDS);
            assertThat(next).as("a view that is as expected").isNotNull();
            if (wanted.test(next)) {
                return next;
            }
        }
    }

    private static Predicate<Fleet> hasAvailable(String host, int available) {
        return fleet -> fleet.host(host).filter(h -> left(h) == available).isPresent();
    }

    private static int left(FleetHost host) {
        return host.left()
                .inventory()
                .parents()
                .getFirst()
                .types()
                .getFirst()
                .available()
                .orElseThrow();
    }

    @Test
    void whatHostsPublishIsReadAndFollowed() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1);
                FleetInventory inventory = open(etcd)) {
            FleetInventory.Publication node1 = inventory.publish("node1", TTL);
            Snapshot first = FleetHosts.host("node1", 2);
            node1.update(first);
            assertThat(inventory.read().host("node1").orElseThrow().published()).isEqualTo(first);

            try (FleetInventory.Following following = inventory.follow(views::add)) {
                await(hasAvailable("node1", 2));
                node1.update(FleetHosts.host("node1", 1));
                await(hasAvailable("node1", 1));
                node1.close();
                await(fleet -> fleet.size() == 0);
                assertThat(following).isNotNull();
            }
        }
    }

    @Test
    void aHostThatDiesDisappearsWithinItsLease() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1);
                FleetInventory inventory = open(etcd);
                FleetInventory.Following following = inventory.follow(views::add)) {
            FleetInventory.Publication node1 = inventory.publish("node1", Duration.ofSeconds(2));
            Fleet seen = inventory.read();
            while (seen.size() == 0) {
                if (!node1.renew()) {
                    node1.update(FleetHosts.host("node1", 2));
                }
                seen = Optional.ofNullable(views.poll(500, TimeUnit.MILLISECONDS))
                        .orElse(seen);
            }
            await(fleet -> fleet.size() == 0); // nobody renews it any more
            assertThat(following).isNotNull();
        }
    }

    @Test
    void aFollowerOutlivesRestartsAndCompaction() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1);
                FleetInventory inventory = open(etcd);
                FleetInventory.Publication node1 = inventory.publish("node1", TTL);
                FleetInventory.Publication node2 = inventory.publish("node2", TTL)) {
            node1.update(FleetHosts.host("node1", 9));
            node2.update(FleetHosts.host("node2", 9));
            try (FleetInventory.Following following = inventory.follow(views::add)) {
                await(hasAvailable("node1", 9));
                etcd.kill(0);
                etcd.start(0);
                etcd.awaitReady();
                for (int i = 8; i >= 1; i--) {
                    node1.update(FleetHosts.host("node1", i));
                }
                await(hasAvailable("node1", 1));

                etcd.kill(0);
                etcd.start(0);
                etcd.awaitReady();
                for (int i = 2; i <= 5; i++) {
                    node1.update(FleetHosts.host("node1", i));
                }
                long now = inventory.read().revision();
                etcd.ctl("compact", String.valueOf(now));
                Fleet last = await(hasAvailable("node1", 5));
                assertThat(last.host("node2").map(EtcdInventoryIT::left)).contains(9);
                assertThat(following).isNotNull();
            }
        }
    }

    @Test
    void theLastInstanceIsTakenOnce() throws Exception {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1);
                FleetInventory inventory = open(etcd);
                ExecutorService schedulers = Executors.newFixedThreadPool(8)) {
            inventory.publish("node1", TTL).update(FleetHosts.host("node1", 3));
            List<Claim> claims = java.util.stream.IntStream.range(0, 8)
                    .mapToObj(i -> FleetHosts.claim("node1", "scheduler " + i, 300))
                    .toList();
            List<Future<Integer>> answers = claims.stream()
                    .map(claim -> schedulers.submit(() -> {
                        try {
                            inventory.reserve(claim);
                            return 0;
                        } catch (RefusedException e) {
                            return e.errno();
                        }
                    }))
                    .toList();
            int granted = 0;
            for (Future<Integer> answer : answers) {
                int errno = answer.get(60, TimeUnit.SECONDS);
                assertThat(errno).isIn(0, Errno.ENOSPC);
                granted += errno == 0 ? 1 : 0;
            }
            assertThat(granted).isEqualTo(3);
            assertThat(inventory.read().host("node1").map(EtcdInventoryIT::left))
                    .contains(0);
        }
    }

    @Test
    void aReservationEndsByReleaseByItsTimeAndWhenItsDeviceIsThere() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1);
                FleetInventory inventory = open(etcd);
                FleetInventory.Publication node1 = inventory.publish("node1", TTL);
                FleetInventory.Following following = inventory.follow(views::add)) {
            node1.update(FleetHosts.host("node1", 1));

            Reservation released = inventory.reserve(FleetHosts.claim("node1", "one", 300));
            await(hasAvailable("node1", 0));
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> inventory.reserve(FleetHosts.claim("node1", "two", 300)))
                    .withMessageContaining("reserved by one")
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
            inventory.release("node1", released.id());
            await(hasAvailable("node1", 1));

            Reservation expiring = inventory.reserve(FleetHosts.claim("node1", "three", 1));
            Fleet now = inventory.read(); // a follower that is busy is not told of what lies between
            while (!now.host("node1").orElseThrow().reservations().isEmpty()) {
                now = inventory.read();
            }
            assertThatExceptionOfType(RefusedException.class)
                    .isThrownBy(() -> inventory.extend(expiring, TTL))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));

            Reservation extended = inventory.extend(inventory.reserve(FleetHosts.claim("node1", "four", 120)), TTL);
            UUID made = extended.id();
            assertThat(inventory.reservation("node1", made)).contains(extended);
            assertThat(inventory.reservation("node2", made)).contains(extended);
            assertThat(inventory.reservation("node1", UUID.randomUUID())).isEmpty();
            await(hasAvailable("node1", 0));
            node1.update(FleetHosts.host("node1", 0, made));
            await(f -> f.host("node1")
                    .filter(h -> h.reservations().isEmpty() && left(h) == 0)
                    .isPresent());
            assertThat(following).isNotNull();
        }
    }

    @Test
    void whatCannotBeReadIsAFindingAndHarmsNoOtherHost() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1);
                FleetInventory inventory = open(etcd)) {
            inventory.publish("node1", TTL).update(FleetHosts.host("node1", 2));
            inventory.publish("node2", TTL).update(FleetHosts.host("node1", 2));
            etcd.ctl("put", "/vfio4j/1/hosts/node3", "garbage");
            etcd.ctl("put", "/vfio4j/1/hosts/", "no name");
            etcd.ctl("put", "/vfio4j/1/reservations/node1/not-a-uuid", "{}");

            Fleet fleet = inventory.read();
            assertThat(fleet.hosts()).map(FleetHost::name).containsExactly("node1");
            assertThat(fleet.findings())
                    .map(f -> f.id() + " " + f.subject())
                    .contains(
                            "fleet-unreadable node2",
                            "fleet-unreadable node3",
                            "fleet-unreadable /vfio4j/1/reservations/node1/not-a-uuid");
        }
    }

    @Test
    void aVersionBeforeIsFineToo() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 1, EtcdCluster.Tls.NONE, "bookworm");
                FleetInventory inventory = open(etcd)) {
            inventory.publish("node1", TTL).update(FleetHosts.host("node1", 1));
            inventory.reserve(FleetHosts.claim("node1", "one", 300));
            assertThat(inventory.read().host("node1").map(EtcdInventoryIT::left))
                    .contains(0);
        }
    }

    @Test
    void oneMemberOfThreeMayDie() throws IOException, InterruptedException {
        try (EtcdCluster etcd = EtcdCluster.start(folder, 3);
                FleetInventory inventory = open(etcd);
                FleetInventory.Publication node1 = inventory.publish("node1", TTL);
                FleetInventory.Following following = inventory.follow(views::add)) {
            for (int i = 0; i < 3; i++) {
                etcd.kill(i);
                node1.update(FleetHosts.host("node1", 10 + i));
                await(hasAvailable("node1", 10 + i));
                assertThat(node1.renew()).isTrue();
                etcd.start(i);
                etcd.awaitReady();
            }
            assertThat(following).isNotNull();
        }
    }
}
