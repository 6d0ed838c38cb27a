/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.PrintWriter;
import java.time.Duration;

/** A line that tells how far something is, over and over; only on a terminal. For one thread. */
final class Progress implements AutoCloseable {
    private static final long PAUSE = Duration.ofMillis(200).toNanos();
    private static final int UNIT = 1 << 20;
    private static final int PERCENT = 100;

    private final PrintWriter err;
    private final boolean shown;
    private final String what;
    private final long all;
    private final long begin = System.nanoTime();
    private long last = begin;
    private int width;

    private Progress(PrintWriter err, boolean shown, String what, long all) {
        this.err = err;
        this.shown = shown;
        this.what = what;
        this.all = all;
    }

    /**
     * @param what was done to the bytes, such as {@code saved}, or to the things that are counted
     * @param all bytes or things there will be, or less than 1 if nobody knows
     */
    static Progress on(Terminal terminal, String what, long all) {
        return new Progress(terminal.err(), terminal.progress(), what, all);
    }

    /** Shows what goes on, of which nobody knows how long it takes. */
    static Progress of(Terminal terminal, String what) {
        Progress progress = on(terminal, what, 0);
        progress.tell(what + " …");
        return progress;
    }

    /** So many things are done. */
    void done(long things) {
        if (isTime()) {
            tell(things + " of " + all + " " + what);
        }
    }

    /** So many bytes are done. */
    void at(long bytes) {
        if (!isTime()) {
            return;
        }
        long rate = (long) (bytes / ((last - begin) / 1e9)) / UNIT;
        String part = all < 1 || bytes > all ? "" : " (" + bytes * PERCENT / all + " %)";
        tell(bytes / UNIT + " MiB " + what + part + ", " + rate + " MiB/s");
    }

    private boolean isTime() {
        long now = System.nanoTime();
        boolean time = now - last >= PAUSE;
        if (time) {
            last = now;
        }
        return time;
    }

    /** Shows this instead. */
    void tell(String text) {
        if (!shown) {
            return;
        }
        String line = Terminal.printable(text);
        err.print("\r" + line + " ".repeat(Math.max(0, width - line.length())));
        err.flush();
        width = line.length();
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
