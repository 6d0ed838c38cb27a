/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.dma.DmaSpace;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.SharedMemory;
import org.vfio4j.vfio.user.DeviceSource;
import org.vfio4j.vfio.user.VfioUserDevice;
import org.vfio4j.vfio.user.VfioUserServer;

/** On vfio-user's hot path nothing is allocated for a message, neither by the server's thread nor by the client's. */
class VfioUserAllocationTest {
    private static final int WARM_UP = 20_000;
    private static final int MESSAGES = 5_000;

    /** The JVM compiles when it likes, and what is not compiled yet allocates. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /** Bytes a message that are none: what the JVM itself does in a thread meanwhile, such as compiling. */
    private static final double NOTHING = 2;

    private static final int MEMORY_SIZE = 1 << 20;
    private static final int GO = 0;
    private static final int RELAXED = 4;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Arena arena = Arena.ofShared();
    private final Mover device = Mover.create(arena);
    private final UnixSocket.Pair pair = UnixSocket.pair();
    private final VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false);
    private final VfioUserDevice client = VfioUserDevice.take(pair.right());

    /** A device with memory and a register that lets it read and write 4 KiB of its user's memory. */
    private static final class Mover extends PciDevice {
        private Mover(DmaSpace dma, RegisterSet registers) {
            super(new Parts(ConfigSpace.of(1, 1).build())
                    .region(MemoryRegion.of(RegionInfo.PCI_BAR0, SharedMemory.create("mover", MEMORY_SIZE)))
                    .region(RegisterRegion.of(RegionInfo.PCI_BAR2, registers))
                    .dma(dma));
        }

        static Mover create(Arena arena) {
            DmaSpace dma = new DmaSpace();
            MemorySegment bytes = arena.allocate(4096);
            Register go = Register.named("go", GO, 4).onWrite(value -> {
                dma.read(0, bytes);
                dma.write(4096, bytes);
            });
            Register relaxed = Register.named("relaxed", RELAXED, 4).writable(0xffff_ffffL);
            return new Mover(dma, RegisterSet.of(4096, List.of(go, relaxed)));
        }
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        device.close();
        arena.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8, 64, 4096, 65536})
    void readingARegion(int size) {
        MemorySegment bytes = arena.allocate(size);

        assertNothingAllocated(() -> client.read(RegionInfo.PCI_BAR0, 4096, bytes));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 8, 64, 4096, 65536})
    void writingARegion(int size) {
        MemorySegment bytes = arena.allocate(size);

        assertNothingAllocated(() -> client.write(RegionInfo.PCI_BAR0, 4096, bytes));
    }

    @Test
    void readingAndWritingARegister() {
        MemorySegment bytes = arena.allocate(4);

        assertNothingAllocated(() -> {
            client.write(RegionInfo.PCI_BAR2, RELAXED, bytes);
            client.read(RegionInfo.PCI_BAR2, RELAXED, bytes);
        });
    }

    @Test
    void askingForTheClientsMemory() {
        MemorySegment guest = arena.allocate(8192);
        client.mapDma(new DmaMapping(
                IovaRange.of(0, 8192), DmaMapping.READ | DmaMapping.WRITE, new DmaMapping.Remote(new Guest(guest))));
        MemorySegment bytes = arena.allocate(4);

        assertNothingAllocated(() -> client.write(RegionInfo.PCI_BAR2, GO, bytes));
        assertThat(guest.get(ValueLayout.JAVA_BYTE, 0)).isZero();
    }

    /** Memory that nobody can map. */
    private record Guest(MemorySegment memory) implements DmaMapping.Owner {
        @Override
        public void read(long iova, MemorySegment into) {
            MemorySegment.copy(memory, iova, into, 0, into.byteSize());
        }

        @Override
        public void write(long iova, MemorySegment from) {
            MemorySegment.copy(from, 0, memory, iova, from.byteSize());
        }
    }

    /** Counts what both threads allocate for a message that was sent often before. */
    private static void assertNothingAllocated(Runnable message) {
        for (int i = 0; i < WARM_UP; i++) {
            message.run();
        }
        double least = Double.MAX_VALUE;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (least >= NOTHING && System.nanoTime() < end) {
            least = Math.min(least, bytesAMessage(message));
        }

        assertThat(least).as("bytes a message").isLessThan(NOTHING);
    }

    private static double bytesAMessage(Runnable message) {
        long serverThread = serverThread();
        long before = allocated(serverThread);
        for (int i = 0; i < MESSAGES; i++) {
            message.run();
        }
        return (double) (allocated(serverThread) - before) / MESSAGES;
    }

    private static long allocated(long serverThread) {
        return THREADS.getCurrentThreadAllocatedBytes() + THREADS.getThreadAllocatedBytes(serverThread);
    }

    private static long serverThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("vfio-user client"))
                .findFirst()
                .orElseThrow()
                .threadId();
    }
}
