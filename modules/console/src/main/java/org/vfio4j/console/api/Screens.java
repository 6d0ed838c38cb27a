/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.VfioCore;

/** Pictures of what a host's devices show, for who asks now and then. */
public final class Screens implements CoreListener, AutoCloseable {
    private static final int MAX_WIDTH = 16_384;
    private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final UserHost host;
    private final HostDisplays displays;
    private final Map<String, Snapshots> taken = new ConcurrentHashMap<>();
    private final VfioCore.Subscription subscription;
    private final Thread sweeper;
    private volatile boolean closed;

    /** Looks at nothing yet. */
    public Screens(UserHost host, HostDisplays displays) {
        this.host = host;
        this.displays = displays;
        this.subscription = host.core().listen(this);
        this.sweeper = Thread.ofVirtual().name("console screens").start(this::sweep);
    }

    /**
     * What a device shows.
     *
     * @throws RefusedException ENODEV if there is no such device, or it has no display
     */
    public DisplayFeed feed(String name) {
        return displays.feed(name)
                .orElseThrow(() -> host.core().device(name).isEmpty()
                        ? unknown(name)
                        : new RefusedException(
                                Errno.ENODEV,
                                name + " has no display",
                                "Its answers tell what it has: vfio probe " + name + "."));
    }

    @Override
    public void added(CoreDevice device) {
        // looked at when somebody asks
    }

    @Override
    public void removed(CoreDevice device) {
        Snapshots snapshots = taken.remove(device.name());
        if (snapshots != null) {
            snapshots.close();
        }
    }

    @Override
    public void close() {
        closed = true;
        subscription.close();
        LockSupport.unpark(sweeper);
        taken.values().forEach(Snapshots::close);
        taken.clear();
    }

    static RefusedException unknown(String device) {
        return new RefusedException(Errno.ENODEV, "there is no device " + device, "vfio list shows what there is.");
    }

    /** 200 with a PNG, 304 if he has it already, 204 while the device shows nothing. */
    Response png(Request request) {
        int width = request.parameter("width").map(w -> number(w)).orElse(MAX_WIDTH);
        DisplayFeed feed = feed(request.device());
        Snapshots snapshots = taken.compute(
                request.device(), (name, old) -> old != null && old.isOf(feed) ? old : new Snapshots(feed));
        Optional<Snapshots.Snapshot> snapshot = snapshots.take(width);
        if (snapshot.isEmpty()) {
            return Response.empty(204, Map.of());
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

    private void sweep() {
        while (!closed) {
            LockSupport.parkNanos(this, SWEEP_NANOS);
            taken.values().forEach(Snapshots::sweep);
        }
    }
}
