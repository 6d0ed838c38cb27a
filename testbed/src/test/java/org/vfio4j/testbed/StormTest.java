/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Ways;

/**
 * Many threads that make, probe and remove devices of a user-space host at once. It takes 3 seconds in the gate; {@code
 * -Dvfio4j.storm.seconds=60} makes it as long as one likes.
 */
class StormTest {
    private static final int THREADS = 64;
    private static final Duration REMOVE_BOUND = Duration.ofSeconds(30);
    private static final Set<String> EXPECTED = Set.of("ENOSPC", "EUSERS", "EBUSY", "ENODEV");

    private final LongAdder made = new LongAdder();
    private final LongAdder probed = new LongAdder();
    private final LongAdder refused = new LongAdder();

    @Test
    void countsAreExactAndNothingLeaks() throws Exception {
        storm(Duration.ofMillis(300)); // what is loaded and opened once is there from now on
        Set<Thread> threads = Thread.getAllStackTraces().keySet();
        long descriptors = descriptors();

        storm(Duration.ofSeconds(Long.getLong("vfio4j.storm.seconds", 3)));

        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (!threads.contains(thread) && !thread.isDaemon()) {
                assertThat(thread.join(Duration.ofSeconds(60)))
                        .as(thread.toString())
                        .isTrue();
            }
        }
        assertThat(made.sum()).isPositive();
        assertThat(descriptors())
                .as("one that stayed each time; the JVM and other tests open and close some of their own")
                .isLessThan(descriptors + made.sum() / 10 + 10);
        assertThat(probed.sum()).isPositive();
        System.out.println("made " + made + ", probed " + probed + ", refused for want of capacity " + refused);
    }

    private void storm(Duration length) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        try (UserHost host = UserHost.installed(List.of())) {
            List<String> before = capacities(host);
            long end = System.nanoTime() + length.toNanos();
            List<Future<?>> running = new ArrayList<>();
            try (ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
                for (int i = 0; i < THREADS; i++) {
                    Random random = new Random(seed + i);
                    running.add(pool.submit(() -> lives(host, random, end)));
                }
                for (Future<?> one : running) {
                    one.get(length.toSeconds() + 120, TimeUnit.SECONDS);
                }
            }
            assertThat(capacities(host)).isEqualTo(before);
        }
    }

    private void lives(UserHost host, Random random, long end) {
        Prober prober = new Prober(Ways.of(host, false));
        while (System.nanoTime() < end) {
            Sample sample = Sample.ALL.get(random.nextInt(Sample.ALL.size()));
            UUID uuid = new UUID(random.nextLong(), random.nextLong());
            HostDevice device;
            try {
                device = host.start(sample.driver(), sample.type(), uuid);
            } catch (ErrnoException e) {
                assertThat(EXPECTED).contains(e.errnoName());
                refused.increment();
                continue;
            }
            made.increment();
            DeviceProbe probe = prober.probe(device);
            assertThat(probe.firstUnknown()).isEmpty();
            probed.increment();
            host.stop(uuid, REMOVE_BOUND);
        }
    }

    private static List<String> capacities(UserHost host) {
        List<String> capacities = new ArrayList<>();
        host.types().parents().forEach(p -> p.types().forEach(t -> capacities.add(t.toString())));
        assertThat(new HashSet<>(capacities)).hasSize(8);
        return capacities;
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.count();
        }
    }
}
