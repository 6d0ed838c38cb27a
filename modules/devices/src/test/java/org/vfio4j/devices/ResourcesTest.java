/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.mdev.MdevDriver;

class ResourcesTest {
    private static final int TIMES = 20;

    /** Bytes in 20,000 accesses that are none. */
    private static final long NOTHING = 20_000;

    /** The JVM compiles when it likes, and what is not compiled yet allocates. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    static Stream<MdevDriver> drivers() {
        return Stream.of(new MdpyDriver(), new MbochsDriver(), new MttyDriver());
    }

    @ParameterizedTest
    @MethodSource("drivers")
    void aClosedDeviceLeavesNoDescriptorOpen(MdevDriver driver) throws IOException {
        useAndClose(driver);
        long before = openDescriptors();

        for (int i = 0; i < TIMES; i++) {
            useAndClose(driver);
        }

        assertThat(openDescriptors())
                .as("one that stayed each time; the JVM opens files of its own when it likes")
                .isLessThan(before + TIMES);
    }

    private static void useAndClose(MdevDriver driver) {
        try (Eventfd eventfd = Eventfd.create()) {
            driver.types().forEach(type -> {
                try (VfioDevice device = driver.create(UUID.randomUUID(), type)) {
                    attempt(() -> device.regionFile(0).close());
                    attempt(() -> device.regionFile(RegionInfo.PCI_CONFIG).close());
                    attempt(() -> device.gfxDmabuf(1).close());
                    attempt(() -> device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, eventfd.fd())));
                    attempt(() -> device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, eventfd.fd())));
                    attempt(() -> device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_MSI, eventfd.fd())));
                    attempt(() -> device.setDeviceState(DeviceState.STOP_COPY));
                }
            });
        }
    }

    private static void attempt(Runnable call) {
        try {
            call.run();
        } catch (ErrnoException refused) {
            assertThat(refused.errno()).isPositive();
        }
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "mdpy-vga,     0, 0x1000, 4",
        "mdpy-vga,     7, 0x00,   4",
        "mbochs-small, 0, 0x1000, 8",
        "mbochs-small, 2, 0x500,  2",
        "mbochs-small, 2, 0x000,  1",
        "mbochs-small, 9, 0x14,   4",
        "mtty-1,       0, 0x05,   1",
        "mtty-1,       0, 0x00,   1",
        "mtty-1,       0, 0x00,   8"
    })
    void anAccessAllocatesNothing(String type, int region, String at, int width) {
        long offset = Long.decode(at);
        MdevDriver driver =
                drivers().filter(d -> type.startsWith(d.name())).findFirst().orElseThrow();
        try (VfioDevice device = driver.create(
                        UUID.randomUUID(),
                        driver.types().stream()
                                .filter(t -> t.id().equals(type))
                                .findFirst()
                                .orElseThrow());
                Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(width);
            access(device, region, offset, word, 30_000);

            long least = Long.MAX_VALUE;
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (least >= NOTHING && System.nanoTime() < end) {
                least = Math.min(least, allocated(device, region, offset, word));
            }
            assertThat(least).as("bytes in 20,000 accesses").isLessThan(NOTHING);
        }
    }

    private static long allocated(VfioDevice device, int region, long offset, MemorySegment word) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        access(device, region, offset, word, 10_000);
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    private static void access(VfioDevice device, int region, long offset, MemorySegment word, int times) {
        for (int i = 0; i < times; i++) {
            device.read(region, offset, word);
            device.write(region, offset, word);
        }
    }
}
