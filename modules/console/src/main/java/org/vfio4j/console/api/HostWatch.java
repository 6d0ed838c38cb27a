/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.display.Scanout;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tells of a host's devices: that they come and go, when they do; that they are taken into use, are given back or show a picture of another size,
 * within a second.
 */
public final class HostWatch implements CoreListener, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(HostWatch.class.getName());
    private static final long PAUSE_NANOS = 1_000_000_000;

    private final UserHost host;
    private final Events events;
    private final VfioCore.Subscription subscription;
    private final Thread thread;
    private Map<String, State> last = new HashMap<>();
    private volatile boolean closed;

    /** What may change of a device while it is there. */
    private record State(boolean inUse, @Nullable Size size) {
        /** As it is told when it comes. */
        private static final State IDLE = new State(false, null);
    }

    /** Of a picture, in pixels. */
    private record Size(int width, int height) {}

    /** Watches from now on. */
    public HostWatch(UserHost host, Events events) {
        this.host = host;
        this.events = events;
        this.thread = Thread.ofVirtual().name("console watch").unstarted(this::run);
        this.subscription = host.core().listen(this);
        thread.start();
    }

    @Override
    public void added(CoreDevice device) {
        tell("added", device.name(), null);
    }

    @Override
    public void removed(CoreDevice device) {
        events.tell("removed", JsonNodeFactory.instance.objectNode().put("device", device.name()));
    }

    @Override
    public void close() {
        closed = true;
        subscription.close();
        LockSupport.unpark(thread);
    }

    /** What every device shows that somebody uses: the size of its picture. */
    ArrayNode displays() {
        ArrayNode displays = JsonNodeFactory.instance.arrayNode();
        for (CoreDevice device : host.core().devices()) {
            Size size = state(device).size();
            if (size != null) {
                displays.addObject()
                        .put("device", device.name())
                        .put("width", size.width())
                        .put("height", size.height());
            }
        }
        return displays;
    }

    private void run() {
        while (!closed) {
            look();
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
    }

    private void look() {
        Map<String, State> now = new HashMap<>();
        for (CoreDevice device : host.core().devices()) {
            State state = state(device);
            State before = last.get(device.name());
            now.put(device.name(), state);
            boolean isNews = !state.equals(before == null ? State.IDLE : before);
            if (isNews) {
                tell("changed", device.name(), state.size());
            }
        }
        last = now;
    }

    private void tell(String event, String name, @Nullable Size size) {
        host.find(name).ifPresent(device -> {
            ObjectNode data = JsonNodeFactory.instance.objectNode();
            data.set("device", Json.device(device));
            if (size == null) {
                data.putNull("display");
            } else {
                data.putObject("display").put("width", size.width()).put("height", size.height());
            }
            events.tell(event, data);
        });
    }

    private static State state(CoreDevice device) {
        boolean inUse = device.openCount() > 0;
        boolean shows = inUse && !device.hangs() && HostDisplays.hasDisplay(device);
        return new State(inUse, shows ? size(device).orElse(null) : null);
    }

    private static Optional<Size> size(CoreDevice device) {
        try (Scanout scanout = Scanout.of(device.display())) {
            return scanout.plane().map(HostWatch::size);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} shows nothing: {1}", device.name(), e.getMessage());
            return Optional.empty();
        }
    }

    private static Size size(GfxPlane plane) {
        return new Size(plane.width(), plane.height());
    }
}
