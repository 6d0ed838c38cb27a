/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.Resize;
import org.vfio4j.console.display.Viewer;
import org.vfio4j.vfio.display.Picture;
import org.vfio4j.vfio.display.Tiles;

/**
 * What a viewer gets: an update for each of its requests, as soon as there is something new in the part that it asked for. One thread sends;
 * another brings the requests. What a viewer has not been sent yet waits as a set of tiles, so one that asks seldom gets the latest picture and
 * costs no memory.
 */
final class Updates implements Requests, AutoCloseable {
    /**
     * How long a viewer is kept waiting for the device's first picture before it is told a size, which not every viewer lets change: longer than a
     * driver may hang ({@link org.vfio4j.vfio.core.VfioCore#VENDOR_BOUND}), after which there is a picture with that reason.
     */
    private static final long FIRST_PICTURE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Viewer viewer;
    private final DisplayFeed feed;
    private final UpdateWriter writer;
    private final Tiles fresh = new Tiles();

    // What the viewer asked for; guarded by this.
    private final Area asked = new Area();
    private PixelLayout layout = PixelLayout.NATIVE;
    private Encodings encodings = Encodings.NONE;
    private boolean isLayoutWanted;
    private int resizeStatus = UpdateWriter.NO_STATUS;
    private boolean ended;

    private Updates(Viewer viewer, DisplayFeed feed, UpdateWriter writer) {
        this.viewer = viewer;
        this.feed = feed;
        this.writer = writer;
    }

    /** Tells the viewer the size of what the device shows, and begins. */
    static Updates begin(Viewer viewer, DisplayFeed feed, Handshake handshake, ServerOutput out) throws IOException {
        viewer.await(FIRST_PICTURE_NANOS);
        Tiles all = new Tiles();
        try (Picture first = viewer.take(all)) {
            String name = title(feed);
            handshake.describe(first.width(), first.height(), name);
            UpdateWriter writer = new UpdateWriter(out, first.width(), first.height(), name);
            writer.see(first, all, viewer.moved());
            return new Updates(viewer, feed, writer);
        }
    }

    /** Sends until {@link #end}, or the viewer takes no more. */
    void sendWhileAsked() throws IOException {
        while (awaitAsked()) {
            if (!isDue()) {
                viewer.await(Viewer.FOREVER, writer.canCopy());
            }
            try (Picture picture = viewer.take(fresh)) {
                send(picture);
            }
        }
    }

    /** Nothing more is sent. */
    void end() {
        synchronized (this) {
            ended = true;
            notifyAll();
        }
        viewer.wake();
    }

    @Override
    public void close() {
        writer.close();
    }

    @Override
    public synchronized void pixelLayout(PixelLayout wanted) {
        layout = wanted;
    }

    @Override
    public synchronized void encodings(Encodings wanted) {
        isLayoutWanted |= wanted.layouts() && !encodings.layouts();
        encodings = wanted;
    }

    @Override
    public void update(boolean isIncremental, int x, int y, int width, int height) {
        if (!isIncremental) {
            viewer.invalidate(x, y, width, height);
        }
        synchronized (this) {
            asked.add(x, y, width, height);
            notifyAll();
        }
        viewer.wake();
    }

    @Override
    public void desktopSize(int width, int height) {
        CompletableFuture<Void> _ = feed.resize(width, height).thenAccept(result -> {
            synchronized (this) {
                resizeStatus = status(result);
            }
            viewer.wake();
        });
    }

    /** The registry's status codes of ExtendedDesktopSize. */
    private static int status(Resize result) {
        return switch (result) {
            case ASKED -> UpdateWriter.FORWARDED;
            case FIXED -> UpdateWriter.PROHIBITED;
            case TOO_LARGE -> UpdateWriter.INVALID_LAYOUT;
            case FAILED -> UpdateWriter.NO_RESOURCES;
        };
    }

    private synchronized boolean awaitAsked() {
        while (asked.isEmpty() && !ended) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return !ended;
    }

    /** Whether there is something to send even if the picture does not change. */
    private synchronized boolean isDue() {
        return isLayoutWanted || resizeStatus != UpdateWriter.NO_STATUS || writer.isPending(asked);
    }

    private void send(Picture picture) throws IOException {
        writer.see(picture, fresh, viewer.moved());
        String title = title(feed);
        synchronized (this) {
            writer.use(layout, encodings);
            writer.prepare(picture, asked, isLayoutWanted, resizeStatus, title);
            if (writer.isEmpty()) {
                return;
            }
            asked.clear();
            isLayoutWanted = false;
            resizeStatus = UpdateWriter.NO_STATUS;
        }
        writer.write(picture);
    }

    /** A viewer's window is called so: the device, and why there is no picture. */
    private static String title(DisplayFeed feed) {
        String reason = feed.reason();
        return reason.isEmpty() ? feed.name() : feed.name() + " (" + reason + ")";
    }
}
