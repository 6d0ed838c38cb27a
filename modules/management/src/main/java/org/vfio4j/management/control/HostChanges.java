/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.time.Duration;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;

/** Counts the devices that come and go on a host, for those who wait for the next. */
final class HostChanges implements CoreListener {
    private long count = 1;

    @Override
    public void added(CoreDevice device) {
        changed();
    }

    @Override
    public void removed(CoreDevice device) {
        changed();
    }

    /** Waits while no more has happened than was {@code seen}; how much has. */
    synchronized long await(long seen, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            for (long left = atMost.toMillis(); count == seen && left > 0; left = left(deadline)) {
                wait(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return count;
    }

    private synchronized void changed() {
        count++;
        notifyAll();
    }

    private static long left(long deadline) {
        return (deadline - System.nanoTime()) / 1_000_000;
    }
}
