/* SPDX-License-Identifier: Apache-2.0 */

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import org.vfio4j.vfio.user.VfioUserDevice;

/**
 * Times messages to any server of vfio-user: one outstanding, to BAR 0 of the device on a socket, which must have 2 MiB that can be read and
 * written by messages. Prints the fastest tenth of the batches and their median, in microseconds a message: the first says what a
 * message takes, the second how busy the machine was.
 *
 * <p>Usage: java VfioUserRoundTrip.java SOCKET [LARGEST-WRITE]; see bench/vfio-user, which pins both sides.
 */
class VfioUserRoundTrip {
    /** Messages until both compilers of a Java server have done their work. */
    private static final int WARM_UP = 60_000;

    private static final int BATCHES = 100;
    private static final long BATCH_NANOS = 20_000_000;

    public static void main(String[] args) {
        int largestWrite = args.length > 1 ? Integer.parseInt(args[1]) : 1 << 20;
        try (VfioUserDevice device = VfioUserDevice.connect(Path.of(args[0]));
                Arena arena = Arena.ofConfined()) {
            MemorySegment four = arena.allocate(4);
            for (int i = 0; i < WARM_UP; i++) {
                device.read(0, 0, four);
                device.write(0, 0, four);
            }
            for (int size : new int[] {4, 4096, 65536, 131072, 1 << 20}) {
                MemorySegment bytes = arena.allocate(size);
                time("read " + size, () -> device.read(0, 0, bytes));
                if (size <= largestWrite) {
                    time("write " + size, () -> device.write(0, 0, bytes));
                }
            }
        }
    }

    private static void time(String what, Runnable message) {
        int count = calibrate(message);
        double[] micros = new double[BATCHES];
        for (int i = 0; i < BATCHES; i++) {
            long begin = System.nanoTime();
            for (int j = 0; j < count; j++) {
                message.run();
            }
            micros[i] = (System.nanoTime() - begin) / 1000.0 / count;
        }
        Arrays.sort(micros);
        System.out.printf("%-14s %8.2f us   median %8.2f us%n", what, micros[BATCHES / 10], micros[BATCHES / 2]);
    }

    /** Warms up for thirty batches, and tells how many messages one takes. */
    private static int calibrate(Runnable message) {
        int count = 0;
        for (long begin = System.nanoTime(); System.nanoTime() - begin < 30 * BATCH_NANOS; count++) {
            message.run();
        }
        return Math.max(1, count / 30);
    }
}
