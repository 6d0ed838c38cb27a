/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.http.Headers;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionListener;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * HTTP connections of which each request's head is there in time: the web server bounds the silence between two bytes, not how long somebody sends
 * them one by one. A connection's time begins when it does, and again with each answer.
 */
final class TimedConnections implements ServerConnectionSelector, AutoCloseable {
    private static final long HEAD_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long WATCH_MILLIS = 1_000;

    /** The connection whose thread this is. */
    private static final ScopedValue<Timed> CURRENT = ScopedValue.newInstance();

    private final ServerConnectionSelector http;
    private final LongSupplier nanoTime;
    private final Set<Timed> connections = ConcurrentHashMap.newKeySet();
    private final Thread watchman = Thread.ofVirtual().name("console watch").unstarted(this::watch);

    private TimedConnections(ServerConnectionSelector http, LongSupplier nanoTime) {
        this.http = http;
        this.nanoTime = nanoTime;
    }

    /** Those of a server with these limits. */
    static TimedConnections open(Http1Config.Builder limits, WsConfig webSockets, LongSupplier nanoTime) {
        Http1ConnectionSelector http = Http1ConnectionSelector.builder()
                .config(limits.addReceiveListener(new HeadListener()).build())
                .addUpgrader(WsUpgrader.create(webSockets))
                .build();
        TimedConnections connections = new TimedConnections(http, nanoTime);
        connections.watchman.start();
        return connections;
    }

    /** This thread's connection has answered: the time of the next request's head begins. */
    static void answered() {
        CURRENT.get().begin();
    }

    /** This thread's connection speaks HTTP no longer. */
    static void upgraded() {
        CURRENT.get().isHeadAwaited = false;
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        return new Timed(http.connection(context));
    }

    @Override
    public void close() {
        watchman.interrupt();
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(WATCH_MILLIS);
                long now = nanoTime.getAsLong();
                for (Timed connection : connections) {
                    if (connection.isHeadAwaited && now - connection.begun > HEAD_NANOS) {
                        connection.close(true);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class HeadListener implements Http1ConnectionListener {
        @Override
        public void headers(ConnectionContext context, Headers headers) {
            CURRENT.get().isHeadAwaited = false;
        }
    }

    /** Not interruptible as a task: the web server ends it by {@link #close}. */
    private final class Timed implements ServerConnection {
        private final ServerConnection connection;
        private volatile long begun;
        private volatile boolean isHeadAwaited;

        Timed(ServerConnection connection) {
            this.connection = connection;
        }

        void begin() {
            begun = nanoTime.getAsLong();
            isHeadAwaited = true;
        }

        @Override
        public void handle(Limit limit) throws InterruptedException {
            begin();
            connections.add(this);
            try {
                ScopedValue.where(CURRENT, this).call(() -> {
                    connection.handle(limit);
                    return true;
                });
            } finally {
                connections.remove(this);
            }
        }

        @Override
        public Duration idleTime() {
            return connection.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            connection.close(interrupt);
        }
    }
}
