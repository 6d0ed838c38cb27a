/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How often to look at a picture: fast while it changes, slower and slower while it does not. For one thread. */
public final class Refresh {
    /** While it changes: 60 times a second. */
    public static final long FASTEST_NANOS = TimeUnit.SECONDS.toNanos(1) / 60;

    /** While nothing happens. */
    public static final long SLOWEST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private static final int PATIENCE = 30;

    private long interval = FASTEST_NANOS;
    private int still;

    /** Fast, as at the first look. */
    public Refresh() {}

    /** Tells whether the last look found a change. */
    public void seen(boolean change) {
        if (change) {
            still = 0;
            interval = FASTEST_NANOS;
        } else if (++still > PATIENCE) {
            interval = Math.min(interval + interval / 4, SLOWEST_NANOS);
        }
    }

    /** Until the next look, in nanoseconds. */
    public long interval() {
        return interval;
    }

    /** Waits that long; less if the thread is interrupted. */
    public void await() {
        LockSupport.parkNanos(interval);
    }
}
