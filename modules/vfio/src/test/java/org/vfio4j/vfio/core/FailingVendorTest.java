/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.vfio.core.CoreFixture.OWNER;
import static org.vfio4j.vfio.core.CoreFixture.SHORT;
import static org.vfio4j.vfio.core.CoreFixture.assertErrno;
import static org.vfio4j.vfio.core.CoreFixture.assertOpenFails;
import static org.vfio4j.vfio.core.CoreFixture.mdev;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Memfd;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.OpenException.Step;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

class FailingVendorTest {
    private final Arena arena = Arena.ofConfined();
    private final AtomicReference<Duration> bound = new AtomicReference<>(CoreFixture.LONG);
    private final VfioCore core = CoreFixture.core(bound::get);
    private final CountDownLatch never = new CountDownLatch(1);

    @BeforeEach
    void addANeighbour() {
        core.addGroupDevice(mdev("good"), new ExampleOps(ExampleDevice.create()), DeviceFeatures.NONE);
    }

    @AfterEach
    void theNeighbourIsUnharmed() {
        try (OpenDevice good = core.open("good", OWNER)) {
            assertThat(good.info().regions()).isEqualTo(9);
            good.reset();
        }
        never.countDown();
        core.close();
        arena.close();
    }

    /** An honest device but for what a test overrides. */
    private static class Liar extends ForwardingDevice {
        private final VfioDevice honest;

        Liar() {
            this(ExampleDevice.create());
        }

        Liar(VfioDevice honest) {
            this.honest = honest;
        }

        @Override
        VfioDevice target() {
            return honest;
        }

        @Override
        public void close() {
            honest.close();
        }
    }

    private static final class Ops extends ExampleOps {
        Ops(VfioDevice device) {
            super(device);
        }

        @Override
        public Set<Query.Kind> queriesWithoutOpen() {
            return Set.of();
        }
    }

    private OpenDevice open(VfioDevice device) {
        core.addGroupDevice(mdev("bad"), new Ops(device), DeviceFeatures.NONE);
        return core.open("bad", OWNER);
    }

    @Test
    void whateverADriverThrowsIsAnInputOutputError() {
        Supplier<Error> error = StackOverflowError::new;
        try (OpenDevice device = open(new Liar() {
            @Override
            public void reset() {
                throw error.get();
            }

            @Override
            public int read(int region, long offset, MemorySegment into) {
                throw new IllegalStateException("a bug");
            }

            @Override
            public DeviceInfo info() {
                throw new ArithmeticException("another");
            }
        })) {
            assertErrno(Errno.EIO, device::reset);
            assertErrno(Errno.EIO, () -> device.read(0, 0, arena.allocate(4)));
            assertErrno(Errno.EIO, device::info);
            assertThat(device.irqInfo(0).count()).isEqualTo(1);
        }
    }

    @Test
    void aDriverThatHangsHoldsNobodyLongerThanTheBound() throws Exception {
        CountDownLatch back = new CountDownLatch(1);
        OpenDevice device = open(new Liar() {
            @Override
            public void reset() {
                awaitStubbornly(never);
                back.countDown();
            }
        });
        impatiently(() -> assertErrno(Errno.ETIMEDOUT, device::reset));
        assertThat(core.device("bad").orElseThrow().hangs()).isTrue();
        assertErrno(Errno.EIO, device::info);
        assertErrno(Errno.EIO, () -> device.read(0, 0, arena.allocate(4)));
        assertErrno(Errno.EIO, device::close);
        assertThat(core.device("bad").orElseThrow().openCount()).isZero();
        never.countDown();
        assertThat(back.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aDeviceThatIsRemovedWhileItsDriverHangsIsGivenBackWhenItComesBack() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        ExampleDevice honest = ExampleDevice.create(released::countDown);
        OpenDevice device = open(new Liar(honest) {
            @Override
            public void reset() {
                awaitStubbornly(never);
            }
        });
        impatiently(() -> assertErrno(Errno.ETIMEDOUT, device::reset));
        assertErrno(Errno.EIO, device::close);
        assertErrno(Errno.EIO, () -> core.removeGroupDevice("bad", CoreFixture.NOW));
        assertThat(core.device("bad")).isEmpty();
        assertThat(released.getCount()).isEqualTo(1);
        never.countDown();
        assertThat(released.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aDriverThatHangsInOpenLeavesTheGroupFree() {
        core.addGroupDevice(
                mdev("bad"),
                new ExampleOps(ExampleDevice.create()) {
                    @Override
                    public void open(OpenContext context) {
                        awaitStubbornly(never);
                    }
                },
                DeviceFeatures.NONE);
        impatiently(() -> assertOpenFails(Step.DEVICE, Errno.ETIMEDOUT, () -> core.open("bad", OWNER)));
        assertThat(core.device("bad").orElseThrow().group().isOpen()).isFalse();
        assertOpenFails(Step.DEVICE, Errno.EIO, () -> core.open("bad", OWNER));
    }

    @Test
    void aDeviceThatComesTooLateIsGivenBack() throws Exception {
        CountDownLatch removed = new CountDownLatch(1);
        ExampleOps late = new ExampleOps(ExampleDevice.create(removed::countDown));
        impatiently(() -> assertErrno(
                Errno.ETIMEDOUT,
                () -> core.addGroupDevice(
                        mdev("late"),
                        report -> {
                            awaitStubbornly(never);
                            return late;
                        },
                        DeviceFeatures.NONE)));
        assertThat(core.device("late")).isEmpty();
        never.countDown();
        assertThat(removed.await(30, TimeUnit.SECONDS)).isTrue();
        core.addGroupDevice(mdev("late"), new ExampleOps(ExampleDevice.create()), DeviceFeatures.NONE);
    }

    @Test
    void aRegionsSizeThatCannotBeIsAnError() {
        try (OpenDevice device = open(new Liar() {
            @Override
            public RegionInfo regionInfo(int index) {
                return switch (index) {
                    case 0 -> new RegionInfo(0, RegionInfo.READ, -1);
                    case 1 -> new RegionInfo(1, RegionInfo.READ, Long.MAX_VALUE);
                    case 2 -> new RegionInfo(3, RegionInfo.READ, 16);
                    default -> super.regionInfo(index);
                };
            }

            @Override
            public IrqInfo irqInfo(int index) {
                return new IrqInfo(index, 0, -5);
            }

            @Override
            public DeviceInfo info() {
                return new DeviceInfo(DeviceInfo.PCI, Integer.MAX_VALUE, 5);
            }

            @Override
            public int write(int region, long offset, MemorySegment from) {
                return (int) from.byteSize() + 1;
            }
        })) {
            for (int i = 0; i < 3; i++) {
                int index = i;
                assertErrno(Errno.EIO, () -> device.regionInfo(index));
            }
            assertThat(device.regionInfo(RegionInfo.PCI_CONFIG).size()).isEqualTo(256);
            assertErrno(Errno.EIO, () -> device.irqInfo(0));
            assertErrno(Errno.EIO, device::info);
            assertErrno(Errno.EIO, () -> device.write(0, 0, arena.allocate(4)));
        }
    }

    @Test
    void aFileShorterThanItsRegionIsNotHandedOut() {
        try (OpenDevice device = open(new Liar() {
            @Override
            public RegionFile regionFile(int region) {
                return new RegionFile(Memfd.create("short", ExampleDevice.MEMORY_SIZE / 2), 0);
            }
        })) {
            assertErrno(Errno.EIO, () -> device.regionFile(ExampleDevice.MEMORY));
        }
    }

    @Test
    void aDriverThatFailsAtRegistrationLeavesNothingBehind() {
        assertErrno(
                Errno.EIO,
                () -> core.addGroupDevice(
                        mdev("bad"),
                        report -> {
                            throw new IllegalStateException("a bug");
                        },
                        DeviceFeatures.NONE));
        ExampleOps lying = new ExampleOps(new Liar() {
            @Override
            public DeviceInfo info() {
                return new DeviceInfo(DeviceInfo.PCI, -1, 5);
            }
        });
        assertErrno(Errno.EIO, () -> core.addGroupDevice(mdev("bad"), lying, DeviceFeatures.NONE));
        assertThat(lying.calls).containsExactly("remove");
        assertThat(core.devices()).hasSize(1);
        assertThat(core.groups()).hasSize(1);
    }

    @Test
    void aDriverThatFailsInRemoveIsReportedAndTheDeviceGone() {
        core.addGroupDevice(
                mdev("bad"),
                new ExampleOps(ExampleDevice.create()) {
                    @Override
                    public void remove() {
                        throw new IllegalStateException("a bug");
                    }
                },
                DeviceFeatures.NONE);
        assertErrno(Errno.EIO, () -> core.removeGroupDevice("bad", CoreFixture.NOW));
        assertThat(core.device("bad")).isEmpty();
        assertThat(core.groups()).hasSize(1);
    }

    /** Where a driver hangs: honest ones have all the time that a busy machine takes. */
    private void impatiently(Runnable calls) {
        bound.set(SHORT);
        calls.run();
        bound.set(CoreFixture.LONG);
    }

    /** Waits as code does that does not heed interrupts. */
    private static void awaitStubbornly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                assertThat(e).isNotNull();
            }
        }
    }
}
