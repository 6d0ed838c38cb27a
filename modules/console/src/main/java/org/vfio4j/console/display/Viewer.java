/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.display;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vfio4j.vfio.display.Picture;
import org.vfio4j.vfio.display.Tiles;

/**
 * Somebody who looks at a device. What changes is collected for him until he takes it; then he gets the latest picture, and misses those between.
 * One thread awaits and takes; any may wake or close.
 */
public final class Viewer implements AutoCloseable {
    /** For {@link #await}: until there is something. */
    public static final long FOREVER = Long.MAX_VALUE;

    private final DisplayFeed feed;
    private final long intervalNanos;

    // All below is guarded by the feed's lock.
    private final Tiles damage = new Tiles();
    private @Nullable Thread waiter;
    private boolean woken;
    private boolean closed;

    /** When the next picture may be given to him. */
    private long notBefore = System.nanoTime();

    Viewer(DisplayFeed feed, long intervalNanos) {
        this.feed = feed;
        this.intervalNanos = intervalNanos;
    }

    /**
     * Waits until there is something new, {@link #wake} or {@link #close} is called, the thread is interrupted, or the time is over. The device is
     * looked at only while a viewer waits.
     *
     * @return whether there is something new
     */
    public boolean await(long nanos) {
        long end = nanos == FOREVER ? 0 : System.nanoTime() + nanos;
        while (true) {
            long wait = nanos == FOREVER ? FOREVER : end - System.nanoTime();
            feed.lock().lock();
            try {
                long now = System.nanoTime();
                boolean isNew = now - notBefore >= 0 && !damage.isEmpty();
                if (isNew || isOver(nanos, now - end)) {
                    woken = false;
                    waiter = null;
                    return isNew && !closed;
                }
                if (!damage.isEmpty()) {
                    wait = Math.min(wait, notBefore - now);
                }
                if (waiter == null) {
                    waiter = Thread.currentThread();
                    feed.wanted();
                }
            } finally {
                feed.lock().unlock();
            }
            if (wait == FOREVER) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, wait);
            }
        }
    }

    private boolean isOver(long nanos, long afterEnd) {
        return woken || closed || Thread.currentThread().isInterrupted() || (nanos != FOREVER && afterEnd >= 0);
    }

    /**
     * The latest picture and what of it changed since this was last called: all of it if it is another one.
     *
     * @param changed is made to fit, and gets the tiles
     * @return held for the caller, who closes it when he has read it
     */
    public Picture take(Tiles changed) {
        feed.lock().lock();
        try {
            Picture picture = feed.current().hold();
            changed.reset(picture.width(), picture.height());
            changed.addAll(damage);
            damage.clear();
            notBefore = System.nanoTime() + intervalNanos;
            return picture;
        } finally {
            feed.lock().unlock();
        }
    }

    /** Makes a part of the picture new to this viewer, as one who asks for it again needs it; what lies outside is none. */
    public void invalidate(int x, int y, int width, int height) {
        feed.lock().lock();
        try {
            damage.addArea(x, y, width, height);
            unpark();
        } finally {
            feed.lock().unlock();
        }
    }

    /** Ends an {@link #await}, the one now or the next. */
    public void wake() {
        feed.lock().lock();
        try {
            woken = true;
            unpark();
        } finally {
            feed.lock().unlock();
        }
    }

    /** Looks no more. */
    @Override
    public void close() {
        feed.lock().lock();
        try {
            closed = true;
            unpark();
            feed.left(this);
        } finally {
            feed.lock().unlock();
        }
    }

    /** The {@link System#nanoTime} before which he wants nothing. */
    long notBefore() {
        return notBefore;
    }

    boolean isWaiting() {
        return waiter != null;
    }

    /** There is another picture. */
    void replaced(int width, int height) {
        damage.reset(width, height);
        damage.fill();
        unpark();
    }

    /** Some of the picture changed. */
    void changed(Tiles tiles) {
        damage.addAll(tiles);
        unpark();
    }

    private void unpark() {
        LockSupport.unpark(waiter);
    }
}
