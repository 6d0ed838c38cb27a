/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongConsumer;

/** A line that tells how far something is, over and over; only on a terminal. For one thread. */
final class Progress implements AutoCloseable {
    private static final long PAUSE = Duration.ofMillis(200).toNanos();
    private static final int UNIT = 1 << 20;
    private static final int PERCENT = 100;

    private final PrintWriter err;
    private final boolean shown;
    private int width;

    private Progress(PrintWriter err, boolean shown) {
        this.err = err;
        this.shown = shown;
    }

    static Progress on(Terminal terminal) {
        return new Progress(terminal.err(), terminal.color());
    }

    /** Shows this. */
    void tell(String text) {
        if (!shown) {
            return;
        }
        String line = Terminal.printable(text);
        err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
        err.flush();
        width = line.length();
    }

    /**
     * Shows how many bytes are done, whenever it is told, though not too often.
     *
     * @param what was done to the bytes, such as {@code saved}
     * @param all bytes there will be, or less than 1 if nobody knows
     */
    LongConsumer bytes(String what, long all) {
        return new LongConsumer() {
            private final long begin = System.nanoTime();
            private long last = begin;

            @Override
            public void accept(long bytes) {
                long now = System.nanoTime();
                if (now - last < PAUSE) {
                    return;
                }
                last = now;
                long rate = (long) (bytes / ((now - begin) / 1e9)) / UNIT;
                String part = all < 1 || bytes > all ? "" : " (" + bytes * PERCENT / all + " %)";
                tell(bytes / UNIT + " MiB " + what + part + ", " + rate + " MiB/s");
            }
        };
    }

    /** The line goes. */
    void clear() {
        if (width > 0) {
            err.print("\r" + " ".repeat(width) + "\r");
            err.flush();
            width = 0;
        }
    }

    @Override
    public void close() {
        clear();
    }
}
