/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.DisplaySource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.VfioCore;

/**
 * What a host's devices show: a feed for each that somebody asked for, and its pictures. A device is looked at beside its user only, so nobody who
 * looks can be in the way of a virtual machine that wants it.
 */
public final class Screens implements CoreListener, AutoCloseable {
    private static final int MAX_WIDTH = 16_384;
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final UserHost host;
    private final Map<String, Screen> screens = new ConcurrentHashMap<>();
    private final VfioCore.Subscription subscription;
    private final Thread sweeper;
    private volatile boolean closed;

    /** A device that is looked at. */
    private record Screen(DisplayFeed feed, Snapshots snapshots) implements AutoCloseable {
        @Override
        public void close() {
            snapshots.close();
            feed.close();
        }
    }

    /** Looks at nothing yet. */
    public Screens(UserHost host) {
        this.host = host;
        this.subscription = host.core().listen(this);
        this.sweeper = Thread.ofVirtual().name("console screens").start(this::sweep);
    }

    /**
     * What a device shows.
     *
     * @throws RefusedException ENODEV if there is no such device, or it has no display
     */
    public DisplayFeed feed(String name) {
        return screen(name).feed();
    }

    /** How many devices have been looked at and are still there. */
    public int count() {
        return screens.size();
    }

    @Override
    public void added(CoreDevice device) {}

    @Override
    public void removed(CoreDevice device) {
        Screen screen = screens.remove(device.name());
        if (screen != null) {
            screen.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        subscription.close();
        LockSupport.unpark(sweeper);
        screens.values().forEach(Screen::close);
        screens.clear();
    }

    static RefusedException unknown(String device) {
        return new RefusedException(Errno.ENODEV, "there is no device " + device, "vfio list shows what there is.");
    }

    /** 200 with a PNG, 304 if he has it already, 204 while the device shows nothing. */
    Response png(Request request) {
        int width = request.parameter("width").map(w -> number(w)).orElse(MAX_WIDTH);
        Screen screen = screen(request.device());
        Optional<Snapshots.Snapshot> snapshot = screen.snapshots().take(width);
        if (snapshot.isEmpty()) {
            return Response.empty(204, Map.of("X-Reason", screen.feed().reason()));
        }
        Map<String, String> tag = Map.of("ETag", snapshot.get().tag());
        return snapshot.get().tag().equals(request.known())
                ? Response.empty(304, tag)
                : new Response(200, "image/png", snapshot.get().png(), tag);
    }

    private static int number(String text) {
        try {
            int width = Integer.parseInt(text);
            if (width > 0) {
                return Math.min(width, MAX_WIDTH);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new HttpException("width", "a number of pixels is expected, not \"" + text + "\"");
    }

    private Screen screen(String name) {
        CoreDevice device = host.core().device(name).orElseThrow(() -> unknown(name));
        if (!HostWatch.hasDisplay(device)) {
            throw new RefusedException(
                    Errno.ENODEV, name + " has no display", "Its answers tell what it has: vfio probe " + name + ".");
        }
        Screen screen = screens.computeIfAbsent(name, n -> {
            DisplayFeed feed = new DisplayFeed(n, DisplaySource.beside(device));
            return new Screen(feed, new Snapshots(feed));
        });
        if (closed || host.core().device(name).isEmpty()) {
            removed(device);
            throw unknown(name);
        }
        return screen;
    }

    private void sweep() {
        while (!closed) {
            LockSupport.parkNanos(this, SWEEP_NANOS);
            for (Iterator<Screen> all = screens.values().iterator(); all.hasNext(); ) {
                all.next().snapshots().sweep();
            }
        }
    }
}
