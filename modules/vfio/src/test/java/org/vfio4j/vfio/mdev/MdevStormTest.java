/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.vfio.mdev.ExampleDriver.LARGE;
import static org.vfio4j.vfio.mdev.ExampleDriver.SMALL;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.Credentials;
import org.vfio4j.vfio.core.OpenDevice;
import org.vfio4j.vfio.core.VfioCore;

class MdevStormTest {
    private static final int THREADS = 64;
    private static final int ROUNDS = 60;
    private static final int SHARES = 100;
    /** Fewer than threads, so that they get in each other's way. */
    private static final int UUIDS = 40;

    private static final List<Integer> EXPECTED =
            List.of(Errno.ENOSPC, Errno.EEXIST, Errno.ENODEV, Errno.EBUSY, Errno.ENOENT);

    private final VfioCore core = new VfioCore();
    private final ExampleDriver driver = new ExampleDriver("example", SHARES);
    private final MdevCore mdev = new MdevCore(core, List.of(driver));
    private final MdevParent parent = mdev.parent("example").orElseThrow();
    private final Credentials me = Credentials.ofThisProcess();
    private final AtomicInteger alive = new AtomicInteger();
    private final ConcurrentHashMap<Integer, CoreDevice> numbers = new ConcurrentHashMap<>();
    private final List<String> clashes = new CopyOnWriteArrayList<>();

    @Test
    void countsAreExactHoweverManyThreadsMakeUseAndRemoveDevices() throws Exception {
        mdev.listen(new MdevCore.Listener() {
            @Override
            public void added(MdevDevice device) {
                alive.incrementAndGet();
            }

            @Override
            public void removed(MdevDevice device) {
                alive.decrementAndGet();
            }
        });
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        CountDownLatch start = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> storm = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random random = new Random(seed + i);
                storm.add(threads.submit(() -> storm(start, random)));
            }
            start.countDown();
            for (Future<?> thread : storm) {
                thread.get(120, TimeUnit.SECONDS);
            }
        }
        checkCounts();
        assertThat(clashes).isEmpty();
        for (MdevDevice device : mdev.devices()) {
            mdev.remove(device.uuid().toString(), Duration.ZERO);
        }
        assertThat(alive).hasValue(0);
        assertThat(driver.left()).isEqualTo(SHARES);
        assertThat(core.groups()).isEmpty();
        assertThat(mdev.create("example", "example-small", UUID.randomUUID().toString())
                        .core()
                        .index())
                .isZero();
        core.close();
    }

    private void checkCounts() {
        List<MdevDevice> left = mdev.devices();
        long large = left.stream().filter(device -> device.type().equals(LARGE)).count();
        long small = left.size() - large;
        assertThat(driver.left()).isEqualTo((int) (SHARES - 4 * large - small));
        assertThat(parent.availableInstances(SMALL)).isEqualTo(driver.left());
        assertThat(alive).hasValue(left.size());
        assertThat(core.groups()).hasSize(left.size());
        assertThat(left).extracting(device -> device.core().index()).doesNotHaveDuplicates();
        assertThat(left)
                .extracting(device -> device.core().group().number())
                .doesNotHaveDuplicates()
                .allMatch(number -> number < SHARES);
    }

    private Void storm(CountDownLatch start, Random random) throws InterruptedException {
        start.await();
        for (int i = 0; i < ROUNDS; i++) {
            UUID uuid = new UUID(0, random.nextInt(UUIDS));
            try {
                step(random.nextInt(4), uuid);
            } catch (ErrnoException e) {
                if (!EXPECTED.contains(e.errno())) {
                    throw e;
                }
            }
        }
        return null;
    }

    private void step(int what, UUID uuid) {
        switch (what) {
            case 0 -> mdev.create(parent, SMALL, uuid);
            case 1 -> noteNumber(mdev.create(parent, LARGE, uuid).core());
            case 2 -> {
                try (OpenDevice open = core.open(uuid.toString(), me)) {
                    assertThat(open.info().regions()).isEqualTo(9);
                }
            }
            default -> mdev.remove(uuid.toString(), Duration.ofMillis(5));
        }
    }

    /** Two devices that can be found at once must not have one number. */
    private void noteNumber(CoreDevice device) {
        CoreDevice before = numbers.put(device.index(), device);
        boolean bothThere = before != null
                && core.device(before.name()).filter(before::equals).isPresent()
                && core.device(device.name()).filter(device::equals).isPresent();
        if (bothThere && before.index() == device.index()) {
            clashes.add(before.name() + " and " + device.name());
        }
    }
}
