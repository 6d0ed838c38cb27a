/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** What happens on a host, told to all who listen, each with a queue of its own: who does not keep up is let go, and looks anew. */
public final class Events implements AutoCloseable {
    private static final int QUEUE = 4096;

    /** Wakes who waits. */
    private static final Event END = new Event(0, "", NullNode.getInstance());

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong ids = new AtomicLong();

    /** Nobody listens yet. */
    public Events() {}

    /**
     * Something that happened.
     *
     * @param id grows from event to event
     * @param name its kind: {@code added}, {@code removed}, {@code changed}
     * @param data as JSON
     */
    public record Event(long id, String name, JsonNode data) {}

    /** Somebody who listens. */
    public final class Listener implements AutoCloseable {
        private final BlockingQueue<Event> waiting = new ArrayBlockingQueue<>(QUEUE);
        private volatile boolean over;

        private Listener() {}

        /** The next event; empty if there was none for that long, or nothing comes any more. */
        public Optional<Event> next(long millis) throws InterruptedException {
            return Optional.ofNullable(waiting.poll(millis, TimeUnit.MILLISECONDS))
                    .filter(event -> !event.equals(END));
        }

        /** Whether nothing comes any more: he missed something, or the host ends. */
        public boolean isOver() {
            return over;
        }

        private void tell(Event event) {
            if (!waiting.offer(event)) {
                close();
            }
        }

        @Override
        public void close() {
            over = true;
            listeners.remove(this);
            waiting.clear();
            waiting.offer(END);
        }
    }

    /** Listens from now on. */
    public Listener listen() {
        Listener listener = new Listener();
        listeners.add(listener);
        return listener;
    }

    /** How many listen. */
    public int listeners() {
        return listeners.size();
    }

    /** Tells everybody. */
    void tell(String name, JsonNode data) {
        Event event = new Event(ids.incrementAndGet(), name, data);
        listeners.forEach(listener -> listener.tell(event));
    }

    /** Lets all go. */
    @Override
    public void close() {
        listeners.forEach(Listener::close);
    }
}
