/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.display;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vfio4j.vfio.display.Picture;
import org.vfio4j.vfio.display.Scroll;
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
    private final Move waiting = new Move();
    private boolean canMove;
    private boolean woken;
    private boolean closed;

    /** When the next picture may be given to him. */
    private long notBefore = System.nanoTime();

    /** Of the last {@link #take}; the viewer's own thread's. */
    private final Move moved = new Move();

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
        return await(nanos, false);
    }

    /**
     * The same for a viewer who can move lines of what he has.
     *
     * @param isCurrent whether he has all that was taken, so that he can be told of {@link #moved} lines
     */
    public boolean await(long nanos, boolean isCurrent) {
        long end = nanos == FOREVER ? 0 : System.nanoTime() + nanos;
        while (true) {
            long wait = nanos == FOREVER ? FOREVER : end - System.nanoTime();
            feed.lock().lock();
            try {
                long now = System.nanoTime();
                boolean isNew = now - notBefore >= 0 && (!damage.isEmpty() || !waiting.isNone());
                if (isNew || isOver(nanos, now - end)) {
                    woken = false;
                    waiter = null;
                    canMove = false;
                    return isNew && !closed;
                }
                if (!damage.isEmpty()) {
                    wait = Math.min(wait, notBefore - now);
                }
                canMove = isCurrent;
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
            moved.become(waiting);
            waiting.clear();
            notBefore = System.nanoTime() + intervalNanos;
            return picture;
        } finally {
            feed.lock().unlock();
        }
    }

    /** The lines that moved in the last {@link #take}'s picture; they are to be moved before its tiles are drawn, which do not hold them. */
    public Move moved() {
        return moved;
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
        waiting.clear();
        unpark();
    }

    /** Some of the picture changed, and some of that only moved. */
    void changed(Tiles tiles, Scroll scroll) {
        boolean moves = canMove && scroll.rows() > 0 && damage.isEmpty() && waiting.isNone();
        damage.addAll(tiles);
        if (moves) {
            waiting.become(scroll);
            damage.removeLines(scroll.top(), scroll.rows());
        }
        unpark();
    }

    private void unpark() {
        LockSupport.unpark(waiter);
    }
}
