/* SPDX-License-Identifier: Apache-2.0 */

import java.util.Arrays;

/** Times what takes microseconds: the fastest tenth of many batches says what it takes, their median how busy the machine was. */
final class Timing {
    private static final int BATCHES = 60;
    private static final long BATCH_NANOS = 5_000_000;

    private Timing() {}

    /**
     * Prints what a message takes, in microseconds.
     *
     * @param messages how many {@code action} sends
     */
    static void print(String what, int messages, Runnable action) {
        int count = calibrate(action);
        double[] micros = new double[BATCHES];
        for (int i = 0; i < BATCHES; i++) {
            long begin = System.nanoTime();
            for (int j = 0; j < count; j++) {
                action.run();
            }
            micros[i] = (System.nanoTime() - begin) / 1000.0 / count / messages;
        }
        Arrays.sort(micros);
        System.out.printf("%-24s %8.2f us   median %8.2f us%n", what, micros[BATCHES / 10], micros[BATCHES / 2]);
    }

    /** Warms up for twenty batches, and tells how often one does it. */
    private static int calibrate(Runnable action) {
        int count = 0;
        for (long begin = System.nanoTime(); System.nanoTime() - begin < 20 * BATCH_NANOS; count++) {
            action.run();
        }
        return Math.max(1, count / 20);
    }
}
