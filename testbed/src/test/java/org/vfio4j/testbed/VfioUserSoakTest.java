/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.management.control.DeviceSockets;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.user.VfioUserDevice;

/**
 * Clients come and go, and nothing of them stays: descriptors, threads, mappings, objects. {@code -Dvfio4j.soak.cycles=1000} and
 * {@code -Dvfio4j.soak.seconds=600} make it a long run.
 */
class VfioUserSoakTest {
    private static final UUID PICTURE = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000050a1");
    private static final UUID PORT = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000050a2");
    private static final int CYCLES = Integer.getInteger("vfio4j.soak.cycles", 50);
    private static final long SECONDS = Long.getLong("vfio4j.soak.seconds", 0);
    private static final int ACCESSES = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Cycles after which what is loaded and compiled once is there. */
    private static final int WARM_UP = 10;

    /** What the heap may have grown by, in KiB: far less than a buffer that every client left behind would make of it. */
    private static final long HEAP_NOISE = 8 << 10;

    private static final int COLLECTIONS = 3;

    @TempDir
    private Path folder;

    /** What a process has open, and what it holds in its heap and in all, in KiB. */
    private record Held(long descriptors, int threads, long mappings, long heap, long resident) {
        /** What is left when no client is there. */
        static Held afterClients() throws IOException, InterruptedException {
            awaitEnd("vfio-vendor-");
            try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"));
                    Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
                return new Held(
                        fds.count(),
                        ownThreads().size(),
                        maps.filter(map -> map.contains("memfd:")).count(),
                        leastHeap(),
                        residentSet());
            }
        }

        /** What is reachable: a collection that others run into may leave some of the rest, so the least of several. */
        private static long leastHeap() {
            long least = Long.MAX_VALUE;
            for (int i = 0; i < COLLECTIONS; i++) {
                System.gc();
                Runtime runtime = Runtime.getRuntime();
                least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
            }
            return least >> 10;
        }

        private static long residentSet() throws IOException {
            try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
                return status.filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                        .sum();
            }
        }
    }

    /** Waits for the threads in which the server sees its clients go, or for those that call vendors' code, which end when they had nothing to do. */
    private static void awaitEnd(String name) throws InterruptedException {
        for (Thread thread : ownThreads()) {
            if (thread.getName().startsWith(name)) {
                assertThat(thread.join(PATIENCE)).as(thread + " has ended").isTrue();
            }
        }
    }

    /** This process's threads but for the virtual machine's own, which come when it likes. */
    private static List<Thread> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getThreadGroup() != null
                        && !thread.getThreadGroup().getName().equals("system"))
                .toList();
    }

    @Test
    void clientsComeAndGoAndNothingOfThemStays() throws IOException, InterruptedException {
        try (UserHost host = UserHost.installed(List.of())) {
            host.start("mdpy", "mdpy-vga", PICTURE);
            host.start("mtty", "mtty-2", PORT);
            try (DeviceSockets sockets = DeviceSockets.open(host, folder.resolve("devices"), false)) {
                Path picture = sockets.socket(PICTURE.toString()).orElseThrow();
                Path port = sockets.socket(PORT.toString()).orElseThrow();
                for (int i = 0; i < WARM_UP; i++) {
                    attach(picture, port);
                }
                Held before = Held.afterClients();
                long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();

                int cycles = 0;
                while (cycles < CYCLES || System.nanoTime() < end) {
                    attach(picture, port);
                    cycles++;
                }

                Held after = Held.afterClients();
                System.out.println(cycles + " times two clients: before " + before + ", after " + after);
                // less than one each time: the JVM, and what tests before this one left, have some of their own
                assertThat(after.descriptors()).isLessThan(before.descriptors() + cycles);
                assertThat(after.mappings()).isLessThan(before.mappings() + cycles);
                assertThat(after.threads()).isLessThan(before.threads() + cycles);
                assertThat(after.heap()).as("KiB of heap").isLessThan(before.heap() + HEAP_NOISE);
            }
        }
    }

    private static void attach(Path picture, Path port) throws InterruptedException {
        use(picture, port);
        awaitEnd("vfio-user client");
    }

    private static void use(Path picture, Path port) {
        try (Arena arena = Arena.ofConfined();
                VfioUserDevice display = VfioUserDevice.connect(picture);
                VfioUserDevice serial = VfioUserDevice.connect(port);
                Eventfd interrupt = Eventfd.create();
                Fd memory = Memfd.create("guest", 1 << 20);
                RegionFile file = display.regionFile(RegionInfo.PCI_BAR0);
                Mapping drawn = Mapping.readWrite(file.fd(), file.offset(), 4096)) {
            serial.mapDma(new DmaMapping(
                    IovaRange.of(0, 1 << 20), DmaMapping.READ | DmaMapping.WRITE, new DmaMapping.File(memory, 0)));
            serial.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, interrupt.fd()));
            MemorySegment word = arena.allocate(4);
            for (int i = 0; i < ACCESSES; i++) {
                drawn.segment().set(ValueLayout.JAVA_INT, 0, i);
                assertThat(display.read(RegionInfo.PCI_BAR0, 0, word)).isEqualTo(4);
                assertThat(word.get(ValueLayout.JAVA_INT, 0)).isEqualTo(i);
                word.set(ValueLayout.JAVA_BYTE, 0, (byte) i);
                assertThat(serial.write(RegionInfo.PCI_BAR0, 7, word.asSlice(0, 1)))
                        .isEqualTo(1);
                assertThat(serial.read(RegionInfo.PCI_BAR0, 7, word.asSlice(0, 1)))
                        .isEqualTo(1);
                assertThat(word.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) i);
            }
        }
    }
}
