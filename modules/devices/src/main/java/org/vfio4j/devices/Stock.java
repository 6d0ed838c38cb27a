/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.vfio4j.vfio.VfioException;

/** What a parent can hand out in all: devices, megabytes, ports. Safe for use by many threads. */
final class Stock {
    private final String unit;
    private final int exhausted;
    private final AtomicInteger left;

    /**
     * @param unit what is counted, in the plural
     * @param exhausted the error number when there is too little left
     */
    Stock(int amount, String unit, int exhausted) {
        this.unit = unit;
        this.exhausted = exhausted;
        this.left = new AtomicInteger(amount);
    }

    /** How many more can be given out of {@code share} each. */
    int shares(int share) {
        return left.get() / share;
    }

    /**
     * Takes {@code share} out for a device, which gets what puts it back, once however often it runs. If the device cannot be made, it is
     * back at once.
     */
    <T> T hold(int share, Function<Runnable, T> maker) {
        Runnable release = take(share);
        try {
            return maker.apply(release);
        } catch (RuntimeException e) {
            release.run();
            throw e;
        }
    }

    private Runnable take(int share) {
        int before = left.getAndUpdate(now -> now < share ? now : now - share);
        if (before < share) {
            throw new VfioException(exhausted, before + " " + unit + " left, " + share + " needed");
        }
        AtomicBoolean given = new AtomicBoolean(true);
        return () -> {
            if (given.getAndSet(false)) {
                left.addAndGet(share);
            }
        };
    }
}
