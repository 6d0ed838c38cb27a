/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import java.util.concurrent.atomic.AtomicInteger;
import org.vfio4j.console.api.HostMetrics;
import org.vfio4j.console.api.Screens;

/** Those who look at displays through WebSockets: who may, how many, and what they were sent. */
final class Viewers {
    private static final int MAX = 64;

    private final Guard guard;
    private final Screens screens;
    private final HostMetrics metrics;
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean closed;

    Viewers(Guard guard, Screens screens, HostMetrics metrics) {
        this.guard = guard;
        this.screens = screens;
        this.metrics = metrics;
    }

    Guard guard() {
        return guard;
    }

    Screens screens() {
        return screens;
    }

    /** How many there are. */
    int count() {
        return count.get();
    }

    /** Whether there is no room for one more. */
    boolean isFull() {
        return closed || count.get() >= MAX;
    }

    /** One more; false if there are too many. */
    boolean enter() {
        if (closed || count.incrementAndGet() > MAX) {
            count.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        count.decrementAndGet();
    }

    void sent(long bytes) {
        metrics.sent("rfb", bytes);
    }

    void sentFrame() {
        metrics.sentFrame("rfb");
    }

    boolean isClosed() {
        return closed;
    }

    /** No more come. */
    void close() {
        closed = true;
    }
}
