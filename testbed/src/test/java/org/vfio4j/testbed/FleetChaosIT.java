/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
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
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;

/**
 * Three members of etcd and five agents, each in a network namespace, while members are killed, cut off and healed at random, and eight schedulers
 * reserve, extend, release and forget: no instance is ever held twice, and none is lost. {@code -Dvfio4j.chaos.seconds=300} makes it longer,
 * {@code -Dvfio4j.chaos.seed=N} repeats what was done to the members.
 */
@Timeout(3600)
class FleetChaosIT {
    private static final int AGENTS = 5;
    private static final int SCHEDULERS = 8;
    private static final Duration LENGTH = Duration.ofSeconds(Integer.getInteger("vfio4j.chaos.seconds", 40));
    private static final long SEED = Long.getLong("vfio4j.chaos.seed", System.nanoTime() % 1_000_000);
    private static final Duration SETTLES_WITHIN = Duration.ofMinutes(3);
    private static final Map<String, String> TYPES =
            Map.of("mdpy-vga", "mdpy", "mbochs-large", "mbochs", "mbochs-small", "mbochs");

    @TempDir
    private Path folder;

    private final List<Hold> holds = Collections.synchronizedList(new ArrayList<>());
    private final AtomicReference<Fleet> followed = new AtomicReference<>();

    /** Something that a scheduler believed to have, from when it was told to when it gave it back or its time was over. */
    private record Hold(String host, String type, long from, long to) {}

    @Test
    void noInstanceIsEverHeldTwiceAndNoneIsLost() throws Exception {
        assumeTrue(
                (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0, "network namespaces need root");
        System.out.println("FleetChaosIT: seed " + SEED + ", " + LENGTH.toSeconds() + " s");
        try (EtcdNetwork network = EtcdNetwork.start(folder);
                FleetInventory inventory = open(network, 60)) {
            startAgents(network);
            try (FleetInventory.Following following = inventory.follow(followed::set)) {
                await("five hosts", () -> followed.get().size() == AGENTS);
                Map<String, Integer> before = left(followed.get());
                long end = System.nanoTime() + LENGTH.toNanos();
                chaos(network, end);
                await("all given back", () -> left(followed.get()).equals(before));
                assertThat(following).isNotNull();

                Fleet last = inventory.read();
                assertThat(left(last)).isEqualTo(before);
                assertThat(followed.get().hosts())
                        .map(FleetHost::published)
                        .isEqualTo(
                                last.hosts().stream().map(FleetHost::published).toList());
                FleetHistory history = FleetHistory.read(network.endpoints(), last.revision());
                assertThat(history.open()).isEmpty();
                assertThat(history.ends()).isEqualTo(history.grants());
                assertThat(history.grants())
                        .isGreaterThanOrEqualTo(holds.size())
                        .isGreaterThan(20);
                believed(last);
                System.out.println(
                        "FleetChaosIT: " + history.grants() + " grants in " + last.revision() + " revisions");
            }
        }
    }

    private static EtcdInventory open(EtcdNetwork network, int patienceSeconds) {
        return EtcdInventory.open(
                new EtcdOptions(network.endpoints(), null, null, null, null, null, Duration.ofSeconds(patienceSeconds)),
                Clock.systemUTC());
    }

    private void startAgents(EtcdNetwork network) throws IOException, InterruptedException {
        String etcd = "etcd://" + String.join(",", network.endpoints()).replace("http://", "");
        for (int i = 1; i <= AGENTS; i++) {
            List<String> agent = List.of(
                    "agent", "--inventory", etcd, "--name", "node" + i, "--host", "demo", "--ttl", "9", "--every", "5");
            network.run(Serving.command(List.of(), agent).command(), folder.resolve("agent" + i + ".log"));
        }
    }

    private void chaos(EtcdNetwork network, long end) throws Exception {
        try (ExecutorService schedulers = Executors.newFixedThreadPool(SCHEDULERS)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < SCHEDULERS; i++) {
                Random random = new Random(SEED + 1 + i);
                String name = "scheduler " + i;
                running.add(schedulers.submit(() -> schedule(network, name, random, end)));
            }
            harm(network, new Random(SEED), end);
            for (Future<?> one : running) {
                one.get(SETTLES_WITHIN.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    /** One thing after the other; all is well again when it returns. */
    private static void harm(EtcdNetwork network, Random random, long end) throws IOException, InterruptedException {
        while (System.nanoTime() < end) {
            int first = random.nextInt(EtcdNetwork.members());
            int second = random.nextInt(4) == 0 ? (first + 1) % EtcdNetwork.members() : first; // two: no quorum
            boolean kills = random.nextBoolean();
            for (int member : first == second ? List.of(first) : List.of(first, second)) {
                if (kills) {
                    network.kill(member);
                } else {
                    network.cutOff(member);
                }
            }
            TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(4500));
            for (int member : first == second ? List.of(first) : List.of(first, second)) {
                if (kills) {
                    network.start(member);
                } else {
                    network.heal(member);
                }
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(3000));
        }
        network.awaitReady();
    }

    private void schedule(EtcdNetwork network, String name, Random random, long end) {
        try (FleetInventory inventory = open(network, 5)) {
            while (System.nanoTime() < end) {
                String type = List.copyOf(new TreeMap<>(TYPES).keySet()).get(random.nextInt(TYPES.size()));
                Claim claim = Claim.instance(
                        UUID.randomUUID(),
                        "node" + (1 + random.nextInt(AGENTS)),
                        Optional.ofNullable(TYPES.get(type)).orElseThrow(),
                        type,
                        name,
                        Duration.ofSeconds(5 + random.nextInt(10)));
                long asked = System.nanoTime();
                try {
                    Reservation made = inventory.reserve(claim);
                    hold(inventory, made, claim, asked, random);
                } catch (RefusedException e) {
                    assertThat(e.errno()).as(e.getMessage()).isIn(Errno.ENOSPC, Errno.ENODEV);
                } catch (ErrnoException e) {
                    // etcd was not there; nothing is held
                }
            }
        }
    }

    private void hold(FleetInventory inventory, Reservation made, Claim claim, long asked, Random random) {
        long from = System.nanoTime();
        long until = asked + claim.lifetime().toNanos();
        pause(random.nextInt(1500));
        boolean forgets = random.nextInt(10) == 0;
        long to = forgets ? until : Math.min(until, System.nanoTime());
        if (to > from) {
            holds.add(new Hold(made.host(), String.valueOf(made.typeOrNull()), from, to));
        }
        if (!forgets) {
            try {
                inventory.release(made.host(), made.id());
            } catch (ErrnoException e) {
                // it ends by itself
            }
        }
    }

    /** What schedulers believed to have, at each moment when one got something. */
    private void believed(Fleet fleet) {
        Map<String, Integer> most = left(fleet);
        for (Hold hold : holds) {
            long same = holds.stream()
                    .filter(h -> h.host().equals(hold.host()) && h.type().equals(hold.type()))
                    .filter(h -> h.from() <= hold.from() && hold.from() < h.to())
                    .count();
            assertThat(same).isLessThanOrEqualTo(most.getOrDefault(hold.host() + " " + hold.type(), 0));
        }
    }

    /** Of each host and type. */
    private static Map<String, Integer> left(Fleet fleet) {
        Map<String, Integer> left = new HashMap<>();
        fleet.hosts()
                .forEach(host -> host.left()
                        .inventory()
                        .parents()
                        .forEach(parent -> parent.types()
                                .forEach(type -> left.put(
                                        host.name() + " " + type.id(),
                                        type.available().orElse(0)))));
        return left;
    }

    private static void await(String what, BooleanSupplier wanted) {
        long deadline = System.nanoTime() + SETTLES_WITHIN.toNanos();
        while (!wanted.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadline);
            pause(50);
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
