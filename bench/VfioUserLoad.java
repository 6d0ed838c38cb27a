/* SPDX-License-Identifier: Apache-2.0 */

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Memfd;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.user.VfioUserDevice;

/**
 * Many virtual machines' worth of clients: each maps a megabyte, then reads and writes a little every so often, and now and then goes and comes back.
 * Beside them one that asks again and again, whose reads are timed.
 *
 * <p>Usage: java VfioUserLoad.java SOCKETS-FOLDER CLIENTS SECONDS EVERY; prints a line every EVERY seconds: seconds, clients, messages a second,
 * median and 99th percentile of a read in microseconds, failures. See bench/served-load.
 */
class VfioUserLoad {
    /** Mediated devices, and not those that a host has by itself. */
    private static final Pattern MADE = Pattern.compile("1f0f2d6[0-9a-f-]+\\.sock");

    private static final long MB = 1 << 20;
    private static final long PAUSE_NANOS = 100_000_000;

    /** After so many rounds a client goes and comes back: a minute, and none when the others do. */
    private static final int ROUNDS = 600;

    private static final int TIMED = 50;
    private static final long TIMED_PAUSE_NANOS = 50_000_000;

    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong attached = new AtomicLong();
    private volatile boolean over;

    public static void main(String[] args) throws IOException, InterruptedException {
        List<Path> sockets;
        try (Stream<Path> files = Files.list(Path.of(args[0]))) {
            sockets = files.filter(f -> MADE.matcher(f.getFileName().toString()).matches()).sorted().toList();
        }
        new VfioUserLoad().run(sockets, Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
    }

    private void run(List<Path> sockets, int clients, int seconds, int every) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < clients - 1; i++) {
            Path socket = sockets.get(i);
            int first = i * ROUNDS / clients;
            threads.add(Thread.ofPlatform().start(() -> visit(socket, first)));
        }
        try (VfioUserDevice device = VfioUserDevice.connect(sockets.getLast());
                Arena arena = Arena.ofConfined()) {
            MemorySegment word = arena.allocate(4);
            long began = System.nanoTime();
            for (int at = every; at <= seconds; at += every) {
                long before = messages.get();
                double[] micros = timed(device, word, began + at * 1_000_000_000L);
                System.out.printf(
                        "%d %d %d %.1f %.1f %d%n",
                        at,
                        attached.get() + 1,
                        (messages.get() - before + micros.length) / every,
                        micros[micros.length / 2],
                        micros[micros.length * 99 / 100],
                        failures.get());
            }
        }
        over = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static double[] timed(VfioUserDevice device, MemorySegment word, long end) {
        double[] micros = new double[1 << 16];
        int count = 0;
        while (System.nanoTime() < end) {
            for (int i = 0; i < TIMED && count < micros.length; i++) {
                long begin = System.nanoTime();
                device.read(RegionInfo.PCI_CONFIG, 0, word);
                micros[count++] = (System.nanoTime() - begin) / 1000.0;
            }
            LockSupport.parkNanos(TIMED_PAUSE_NANOS);
        }
        Arrays.sort(micros, 0, count);
        return Arrays.copyOf(micros, count);
    }

    private void visit(Path socket, int first) {
        int rounds = first;
        while (!over) {
            try {
                stay(socket, rounds);
            } catch (ErrnoException e) {
                failures.incrementAndGet();
                System.err.println(socket.getFileName() + ": " + e.getMessage());
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            rounds = 0;
        }
    }

    /** One client's visit, which ends after the last of its rounds. */
    private void stay(Path socket, int first) {
        try (VfioUserDevice device = VfioUserDevice.connect(socket);
                Arena arena = Arena.ofConfined();
                Eventfd interrupt = Eventfd.create();
                Fd memory = Memfd.create("guest", MB)) {
            attached.incrementAndGet();
            try {
                device.mapDma(new DmaMapping(
                        IovaRange.of(0, MB), DmaMapping.READ | DmaMapping.WRITE, new DmaMapping.File(memory, 0)));
                boolean serial = device.regionInfo(RegionInfo.PCI_BAR0).size() > 0;
                if (serial) {
                    device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, interrupt.fd()));
                }
                MemorySegment config = arena.allocate(256);
                MemorySegment octet = arena.allocate(1);
                for (int round = first; round < ROUNDS && !over; round++) {
                    device.read(RegionInfo.PCI_CONFIG, 0, config);
                    device.write(RegionInfo.PCI_CONFIG, 0x0c, octet);
                    // A serial port's scratch register, or the class code.
                    device.read(serial ? RegionInfo.PCI_BAR0 : RegionInfo.PCI_CONFIG, 7, octet);
                    messages.addAndGet(3);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } finally {
                attached.decrementAndGet();
            }
        }
    }
}
