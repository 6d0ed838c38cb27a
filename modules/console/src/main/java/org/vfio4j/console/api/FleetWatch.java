/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Follows an inventory and tells, once a second at most, that something of it has changed; what is answered is what was told, so that whoever looks
 * then sees the same. One that cannot be read yet is tried again: the host's own console does not wait for it. Owns the inventory.
 */
public final class FleetWatch implements AutoCloseable {
    private static final long TELLS_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long TRIES_EVERY_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final FleetInventory inventory;
    private final Events events;
    private final Thread thread;
    private volatile @Nullable Fleet heard;
    private volatile @Nullable Fleet told;
    private volatile String trouble = "it is being read for the first time";
    private volatile boolean closed;

    /** Follows from now on. */
    public FleetWatch(FleetInventory inventory, Events events) {
        this.inventory = inventory;
        this.events = events;
        this.thread = Thread.ofPlatform().daemon().name("console fleet").start(this::run);
    }

    /**
     * What was last told.
     *
     * @throws RefusedException EAGAIN while it could not be read yet
     */
    Fleet fleet() {
        Fleet known = told;
        if (known == null) {
            throw new RefusedException(
                    Errno.EAGAIN,
                    "nothing is known of the inventory: " + trouble,
                    "It is tried again every few seconds. See whether vfio fleet list can read it.");
        }
        return known;
    }

    private void run() {
        while (!closed) {
            try (FleetInventory.Following _ = inventory.follow(this::heard)) {
                tell();
            } catch (ErrnoException e) {
                trouble = String.valueOf(e.getMessage());
                LockSupport.parkNanos(this, TRIES_EVERY_NANOS);
            }
        }
    }

    private void heard(Fleet now) {
        heard = now;
        LockSupport.unpark(thread);
    }

    private void tell() {
        while (!closed) {
            Fleet now = heard;
            if (now == null || now.equals(told)) {
                LockSupport.park(this);
                continue;
            }
            told = now;
            events.tell(
                    "fleet",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("hosts_known", now.size())
                            .put("revision", now.revision()));
            long until = System.nanoTime() + TELLS_EVERY_NANOS;
            while (!closed && until - System.nanoTime() > 0) {
                LockSupport.parkNanos(this, until - System.nanoTime());
            }
        }
    }

    /** Follows no more, and closes the inventory. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        inventory.close();
    }
}
