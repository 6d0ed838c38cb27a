/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.Hosts;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.snapshot.Snapshot;

@Timeout(300)
class FolderInventoryTest {
    private static final String CARD = "0000:10:00.0";
    private static final Duration TTL = Duration.ofSeconds(10);

    @TempDir
    private Path folder;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final InstantSource clock = now::get;

    private static Snapshot host(String name, int made) {
        return Hosts.snapshot(name, "6.12.0", null, List.of(Hosts.card(CARD, "580.65.05", 4, made)), List.of());
    }

    private FolderInventory inventory() {
        return new FolderInventory(folder, clock);
    }

    @Test
    void snapshotsThatSomebodyPutThereAreReadAndStay() throws IOException {
        Snapshot host = Hosts.host("node1", 2, new Random(1));
        Files.write(
                folder.resolve("node1.json"),
                tools.jackson.databind.json.JsonMapper.builder()
                        .build()
                        .writeValueAsBytes(org.vfio4j.management.snapshot.Json.snapshot(host)));
        now.set(now.get().plusSeconds(1_000_000));

        assertThat(inventory().read().host("node1").orElseThrow().published()).isEqualTo(host);
    }

    @Test
    void hostileFilesAreFindingsAndHarmNoOther() throws IOException {
        inventory().publish("node1", TTL).update(host("node1", 0));
        Files.writeString(folder.resolve("node2.json"), "garbage");
        Files.createDirectory(folder.resolve("node3.json"));
        Files.createSymbolicLink(folder.resolve("node4.json"), folder.resolve("node1.json"));
        Files.copy(folder.resolve("node1.json"), folder.resolve("node5.json"));
        Files.writeString(folder.resolve("-x.json"), "{}");
        Path reservations = Files.createDirectories(folder.resolve("reservations/node1"));
        Files.writeString(reservations.resolve("x.json"), "{}");
        Files.writeString(folder.resolve("node1.lease"), "no number");

        Fleet fleet = inventory().read();
        assertThat(fleet.hosts()).map(FleetHost::name).containsExactly("node1");
        assertThat(fleet.findings())
                .map(f -> f.subject())
                .contains("node2", "node3", "node4", "node5", "-x", "reservations/node1/x.json");
    }

    @Test
    void pipesInThePlaceOfFilesHoldNobody() throws Exception {
        inventory().publish("node1", TTL).update(host("node1", 0));
        Path reservations = Files.createDirectories(folder.resolve("reservations/node1"));
        pipe(folder.resolve("node2.json"));
        Files.delete(folder.resolve("node1.lease"));
        pipe(folder.resolve("node1.lease"));
        pipe(reservations.resolve("x.json"));

        Fleet fleet = inventory().read();

        assertThat(fleet.hosts()).map(FleetHost::name).containsExactly("node1");
        assertThat(fleet.findings()).map(f -> f.subject()).contains("node2", "reservations/node1/x.json");
    }

    private static void pipe(Path at) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", at.toString()).start().waitFor())
                .isZero();
    }

    /** The clock of who reads jumps: ahead, and what others keep alive is seen again when they have renewed it; back, and nothing is lost. */
    @Test
    void aClockThatJumpsLosesNothingForGood() {
        FolderInventory inventory = inventory();
        FleetInventory.Publication node1 = inventory.publish("node1", Duration.ofDays(1));
        node1.update(host("node1", 0));
        Reservation made = inventory.reserve(
                Claim.instance(UUID.randomUUID(), "node1", CARD, "nvidia-704", "nova", Duration.ofHours(1)));
        Instant right = now.get();

        now.set(right.minusSeconds(1_000_000));
        assertThat(inventory.read().host("node1").orElseThrow().reservations()).containsExactly(made);
        now.set(right.plusSeconds(1_000_000));
        assertThat(inventory.read().size()).isZero();
        now.set(right);
        assertThat(inventory.read().host("node1").orElseThrow().reservations()).containsExactly(made);
    }

    @Test
    void aHostThatIsNotRenewedIsGoneAndComesBack() {
        FolderInventory inventory = inventory();
        FleetInventory.Publication node1 = inventory.publish("node1", TTL);
        node1.update(host("node1", 0));
        assertThat(inventory.read().size()).isEqualTo(1);

        now.set(Instant.now().plusSeconds(60));
        assertThat(inventory.read().size()).isZero();

        now.set(Instant.now());
        assertThat(node1.renew()).isTrue();
        assertThat(inventory.read().size()).isEqualTo(1);
        node1.close();
        assertThat(inventory.read().size()).isZero();
        assertThat(node1.renew()).isFalse();
    }

    @Test
    void readersNeverSeeHalfOfWhatIsWritten() throws Exception {
        FolderInventory inventory = inventory();
        FleetInventory.Publication node1 = inventory.publish("node1", TTL);
        node1.update(host("node1", 0));
        try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
            Future<?> writing = writer.submit(() -> {
                for (int i = 0; i < 100; i++) {
                    node1.update(host("node1", i % 6));
                }
            });
            while (!writing.isDone()) {
                Fleet fleet = inventory.read();
                assertThat(fleet.findings()).isEmpty();
                assertThat(fleet.size()).isEqualTo(1);
            }
            writing.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void schedulersNeverGetMoreThanThereIs() throws Exception {
        FolderInventory inventory = inventory();
        inventory.publish("node1", Duration.ofDays(1)).update(host("node1", 3));
        try (ExecutorService schedulers = Executors.newFixedThreadPool(8)) {
            List<Future<Integer>> answers = IntStream.range(0, 16)
                    .mapToObj(i -> schedulers.submit(() -> {
                        try {
                            new FolderInventory(folder, Clock.systemUTC())
                                    .reserve(Claim.instance(
                                            UUID.randomUUID(),
                                            "node1",
                                            CARD,
                                            "nvidia-704",
                                            "s" + i,
                                            Duration.ofDays(1)));
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
        }
    }

    @Test
    void aReservationEndsByItsTimeByReleaseAndWhenItsDeviceIsThere() {
        FolderInventory inventory = inventory();
        FleetInventory.Publication node1 = inventory.publish("node1", Duration.ofDays(1));
        node1.update(host("node1", 5));
        Claim claim = Claim.instance(UUID.randomUUID(), "node1", CARD, "nvidia-704", "nova", TTL);

        Reservation made = inventory.reserve(claim);
        assertThatExceptionOfType(RefusedException.class).isThrownBy(() -> inventory.reserve(claim));
        inventory.release("node1", made.id());
        Reservation again = inventory.extend(inventory.reserve(claim), Duration.ofSeconds(30));
        now.set(now.get().plusSeconds(20));
        assertThat(inventory.read().host("node1").orElseThrow().reservations()).containsExactly(again);
        assertThat(inventory.reservation("node1", again.id())).contains(again);
        assertThat(inventory.reservation("node2", again.id())).contains(again);
        assertThat(inventory.reservation("node1", UUID.randomUUID())).isEmpty();
        now.set(now.get().plusSeconds(20));
        assertThat(inventory.reservation("node1", again.id())).isEmpty();
        assertThat(inventory.read().host("node1").orElseThrow().reservations()).isEmpty();
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> inventory.extend(again, TTL))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ESRCH));

        Reservation last = inventory.reserve(claim);
        Snapshot with = Room.with(
                host("node1", 6),
                host("node1", 6).inventory().parents(),
                List.of(Hosts.device(CARD, "nvidia-704", "580.65.05", last.id(), false, new Random(1))));
        node1.update(with);
        assertThat(inventory.read().host("node1").orElseThrow().reservations()).isEmpty();
        assertThat(Files.exists(inventory.claimed("node1", last.id()))).isFalse();
    }

    @Test
    void aFollowerHearsOfWhatChanges() throws InterruptedException {
        FolderInventory inventory = new FolderInventory(folder, Clock.systemUTC());
        FleetInventory.Publication node1 = inventory.publish("node1", Duration.ofMinutes(5));
        node1.update(host("node1", 0));
        BlockingQueue<Fleet> views = new LinkedBlockingQueue<>();
        try (FleetInventory.Following following = inventory.follow(views::add)) {
            await(views, fleet -> fleet.size() == 1);
            inventory.publish("node2", Duration.ofMinutes(5)).update(host("node2", 0));
            await(views, fleet -> fleet.size() == 2);
            inventory.reserve(
                    Claim.instance(UUID.randomUUID(), "node1", CARD, "nvidia-704", "nova", Duration.ofMinutes(5)));
            await(
                    views,
                    fleet -> !fleet.host("node1").orElseThrow().reservations().isEmpty());
            node1.close();
            await(views, fleet -> fleet.size() == 1);
            assertThat(following).isNotNull();
        }
    }

    @Test
    void aFollowerIsToldOfWhatCannotBeUsedAndOfItsEnd() throws Exception {
        FolderInventory inventory = inventory();
        Path odd = Files.createDirectories(folder.resolve("reservations/node1")).resolve("x.json");
        BlockingQueue<Fleet> views = new LinkedBlockingQueue<>();
        try (FleetInventory.Following following = inventory.follow(views::add)) {
            Files.writeString(odd, "{}");
            await(
                    views,
                    fleet -> fleet.findings().stream().anyMatch(f -> f.subject().equals("reservations/node1/x.json")));
            Files.delete(odd);
            await(views, fleet -> fleet.findings().isEmpty());
            assertThat(following).isNotNull();
        }
    }

    private static void await(BlockingQueue<Fleet> views, Predicate<Fleet> wanted) throws InterruptedException {
        Fleet next;
        do {
            next = views.poll(60, TimeUnit.SECONDS);
            assertThat(next).isNotNull();
        } while (!wanted.test(next));
    }
}
