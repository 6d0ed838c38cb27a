/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.display;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.vfio4j.vfio.display.Picture;
import org.vfio4j.vfio.display.Refresh;

/**
 * What a device shows, for all who look at it. One thread has the device, from the first viewer to the last; it looks as often as the picture
 * changes and only while a viewer waits for something new, so that no viewer makes it slower and a slow one costs nothing. Safe for many threads.
 */
public final class DisplayFeed implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DisplayFeed.class.getName());
    private static final int FIRST_WIDTH = 640;
    private static final int FIRST_HEIGHT = 480;
    private static final String NOT_LOOKED = "nobody looks at it";

    /** Between two tries to open a device that cannot be opened. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Between two monitors: each makes the guest set a mode. */
    private static final long RESIZE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final DisplaySource source;
    private final ReentrantLock lock = new ReentrantLock();

    // All below is guarded by the lock.
    private final List<Viewer> viewers = new ArrayList<>();
    private @Nullable Picture current;
    private String reason = NOT_LOOKED;
    private @Nullable Wish wish;
    private @Nullable Thread thread;
    private boolean closed;

    /** A size that a viewer wants. */
    private record Wish(int width, int height, CompletableFuture<Resize> answer) {}

    /**
     * @param name the device's, for messages
     */
    public DisplayFeed(String name, DisplaySource source) {
        this.name = name;
        this.source = source;
    }

    /** The device's name. */
    public String name() {
        return name;
    }

    /** Why there is no picture, or only a black one, such as {@code the guest shows nothing}; empty if there is one. */
    public String reason() {
        lock.lock();
        try {
            return reason;
        } finally {
            lock.unlock();
        }
    }

    /** Begins to look, as fast as the picture changes. */
    public Viewer join() {
        return join(0);
    }

    /**
     * Begins to look; all of the picture is new at first. A feed that is closed has nothing new ever.
     *
     * @param intervalNanos between two looks that this viewer wants, as for a small picture that is shown now and then
     */
    public Viewer join(long intervalNanos) {
        lock.lock();
        try {
            Viewer viewer = new Viewer(this, intervalNanos);
            if (closed) {
                viewer.close();
                return viewer;
            }
            viewers.add(viewer);
            if (current != null) {
                viewer.replaced(current.width(), current.height());
            }
            start();
            return viewer;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Asks for another size of the picture, through the device's EDID. The guest follows later, if it likes to; a wish that comes before the last
     * one was granted takes its place.
     */
    public CompletableFuture<Resize> resize(int width, int height) {
        lock.lock();
        try {
            CompletableFuture<Resize> answer = wish == null ? new CompletableFuture<>() : wish.answer();
            if (closed) {
                return CompletableFuture.completedFuture(Resize.FAILED);
            }
            wish = new Wish(width, height, answer);
            start();
            LockSupport.unpark(thread);
            return answer;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the looking; the viewers get nothing new any more. */
    @Override
    public void close() {
        Thread running;
        lock.lock();
        try {
            closed = true;
            List.copyOf(viewers).forEach(Viewer::close);
            running = thread;
        } finally {
            lock.unlock();
        }
        join(running);
    }

    ReentrantLock lock() {
        return lock;
    }

    /** Under the lock. */
    Picture current() {
        Picture shown = current;
        if (shown == null) {
            shown = Picture.black(FIRST_WIDTH, FIRST_HEIGHT);
            current = shown;
        }
        return shown;
    }

    /** A viewer waits for something new. */
    void wanted() {
        LockSupport.unpark(thread);
    }

    void left(Viewer viewer) {
        viewers.remove(viewer);
        LockSupport.unpark(thread);
    }

    private void start() {
        if (thread == null) {
            thread = Thread.ofPlatform().daemon().name("display " + name).start(this::run);
        }
    }

    private static void join(@Nullable Thread running) {
        if (running == null || running == Thread.currentThread()) {
            return;
        }
        try {
            running.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        do {
            try (Capture capture = new Capture(source)) {
                lookWhileWanted(capture);
            } catch (RuntimeException | OutOfMemoryError | InternalError e) {
                LOG.log(System.Logger.Level.WARNING, "the display of " + name + " failed", e);
                show(Picture.black(FIRST_WIDTH, FIRST_HEIGHT), "its display failed: " + e);
                LockSupport.parkNanos(RETRY_NANOS);
            }
        } while (!isOver());
    }

    /** Whether nobody looks; then this thread is the feed's no more. */
    private boolean isOver() {
        Wish refused;
        lock.lock();
        try {
            if (!viewers.isEmpty() || (wish != null && !closed)) {
                return false;
            }
            refused = wish;
            wish = null;
            thread = null;
            reason = NOT_LOOKED;
            if (current != null) {
                current.close();
                current = null;
            }
        } finally {
            lock.unlock();
        }
        if (refused != null) {
            refused.answer().complete(Resize.FAILED);
        }
        return true;
    }

    private void lookWhileWanted(Capture capture) {
        Refresh refresh = new Refresh();
        long next = System.nanoTime();
        long nextWish = next;
        while (true) {
            long now = System.nanoTime();
            if (now - nextWish >= 0 && grant(capture)) {
                nextWish = now + RESIZE_NANOS;
            }
            long wait = untilWanted(next, nextWish);
            if (wait < 0) {
                return;
            }
            if (wait > 0) {
                LockSupport.parkNanos(this, wait);
                continue;
            }
            long start = System.nanoTime();
            Capture.Seen seen = capture.look();
            refresh.seen(seen == Capture.Seen.CHANGED || seen == Capture.Seen.REPLACED);
            publish(capture, seen);
            next = start + (capture.isOpen() ? refresh.interval() : RETRY_NANOS);
        }
    }

    /** Nanoseconds until the next look or wish is due; 0 for a look now, negative if nobody is there any more. */
    private long untilWanted(long next, long nextWish) {
        lock.lock();
        try {
            if (viewers.isEmpty()) {
                return -1;
            }
            long now = System.nanoTime();
            long wait = Long.MAX_VALUE;
            for (int i = 0; i < viewers.size(); i++) {
                Viewer viewer = viewers.get(i);
                if (viewer.isWaiting()) {
                    wait = Math.min(wait, Math.max(Math.max(next - now, viewer.notBefore() - now), 0));
                }
            }
            return wish == null ? wait : Math.min(wait, Math.max(nextWish - now, 1));
        } finally {
            lock.unlock();
        }
    }

    /** Connects the monitor that was wished for; false if none was. */
    private boolean grant(Capture capture) {
        Wish granted;
        lock.lock();
        try {
            granted = wish;
            wish = null;
        } finally {
            lock.unlock();
        }
        if (granted == null) {
            return false;
        }
        granted.answer().complete(capture.resize(granted.width(), granted.height()));
        return true;
    }

    private void publish(Capture capture, Capture.Seen seen) {
        switch (seen) {
            case SAME -> {
                // as it was
            }
            case CHANGED -> change(capture);
            case REPLACED -> show(capture.picture().hold(), "");
            case NOTHING -> blank(capture.reason());
        }
    }

    private void change(Capture capture) {
        lock.lock();
        try {
            capture.keep();
            for (int i = 0; i < viewers.size(); i++) {
                viewers.get(i).changed(capture.changed(), capture.scroll());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Shows black, as large as what was shown last. */
    private void blank(String why) {
        int width;
        int height;
        lock.lock();
        try {
            if (reason.equals(why)) {
                return;
            }
            width = current == null ? FIRST_WIDTH : current.width();
            height = current == null ? FIRST_HEIGHT : current.height();
        } finally {
            lock.unlock();
        }
        show(Picture.black(width, height), why);
    }

    private void show(Picture picture, String why) {
        @Nullable Picture old;
        lock.lock();
        try {
            old = current;
            current = picture;
            reason = why;
            viewers.forEach(viewer -> viewer.replaced(picture.width(), picture.height()));
        } finally {
            lock.unlock();
        }
        if (old != null) {
            old.close();
        }
    }
}
