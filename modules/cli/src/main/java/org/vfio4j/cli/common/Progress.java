/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongConsumer;

/** A line that tells how far something is, over and over; only on a terminal. For one thread. */
public final class Progress implements AutoCloseable {
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

    public static Progress on(Terminal terminal) {
        return new Progress(terminal.err(), terminal.progress());
    }

    /** Shows what goes on, of which nobody knows how long it takes. */
    public static Progress of(Terminal terminal, String what) {
        Progress progress = on(terminal);
        progress.tell(what + " …");
        return progress;
    }

    /** Shows this. */
    public void tell(String text) {
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
    public LongConsumer bytes(String what, long all) {
        long begin = System.nanoTime();
        return seldom(bytes -> {
            long rate = (long) (bytes / ((System.nanoTime() - begin) / 1e9)) / UNIT;
            String part = all < 1 || bytes > all ? "" : " (" + bytes * PERCENT / all + " %)";
            tell(bytes / UNIT + " MiB " + what + part + ", " + rate + " MiB/s");
        });
    }

    /** The same for things, such as {@code devices asked}. */
    public LongConsumer things(String what, long all) {
        return seldom(things -> tell(things + " of " + all + " " + what));
    }

    private static LongConsumer seldom(LongConsumer told) {
        return new LongConsumer() {
            private long last = System.nanoTime();

            @Override
            public void accept(long done) {
                long now = System.nanoTime();
                if (now - last >= PAUSE) {
                    last = now;
                    told.accept(done);
                }
            }
        };
    }

    /** The line goes. */
    public void clear() {
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
