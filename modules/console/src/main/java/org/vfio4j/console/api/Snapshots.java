/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.Viewer;
import org.vfio4j.vfio.display.Picture;
import org.vfio4j.vfio.display.Tiles;

/**
 * Pictures of one display for who asks now and then: it is looked at while they are asked for, and for a while after, and packed again only when
 * it has changed. Safe for use by many threads.
 */
final class Snapshots implements AutoCloseable {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(3);

    /** The device is looked at only while somebody waits: long enough for one look. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final long KEEP_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final DisplayFeed feed;
    private final Tiles changed = new Tiles();
    private @Nullable Viewer viewer;
    private @Nullable Snapshot kept;
    private int keptWidth;
    private long number;
    private long asked;
    private boolean closed;

    /** A picture. */
    static final class Snapshot {
        private final byte[] png;
        private final String tag;

        private Snapshot(byte[] png, String tag) {
            this.png = png;
            this.tag = tag;
        }

        byte[] png() {
            return png;
        }

        /** Of HTTP: another one for another picture. */
        String tag() {
            return tag;
        }
    }

    Snapshots(DisplayFeed feed) {
        this.feed = feed;
    }

    /** Whether these are of that display, and not of one of the same name before it. */
    boolean isOf(DisplayFeed other) {
        return feed.equals(other);
    }

    /** The picture, at most that wide; empty while there is none. */
    synchronized Optional<Snapshot> take(int width) {
        if (closed) {
            return Optional.empty();
        }
        asked = System.nanoTime();
        long patience = viewer == null ? FIRST_NANOS : LOOK_NANOS;
        Viewer looking = viewer == null ? feed.join() : viewer;
        viewer = looking;
        if (!looking.await(patience) && keptWidth == width && kept != null) {
            return shown(kept);
        }
        try (Picture picture = looking.take(changed)) {
            kept = new Snapshot(Png.of(picture.frame(), width), "\"" + ++number + "-" + asked + "\"");
            keptWidth = width;
        }
        return shown(kept);
    }

    /** Ends the looking if nobody has asked lately. */
    synchronized void sweep() {
        if (viewer != null && System.nanoTime() - asked > KEEP_NANOS) {
            forget();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        forget();
    }

    private Optional<Snapshot> shown(Snapshot snapshot) {
        return feed.reason().isEmpty() ? Optional.of(snapshot) : Optional.empty();
    }

    private void forget() {
        if (viewer != null) {
            viewer.close();
        }
        viewer = null;
        kept = null;
    }
}
