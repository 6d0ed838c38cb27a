/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;

/**
 * A device's display for VNC viewers, on a TCP port. What viewers do to it is bounded: so many at once, of whom the oldest that has not said who
 * it is makes room for the next; so long for that, and so long in which they take nothing.
 */
public final class RfbServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(RfbServer.class.getName());
    private static final int MAX_VIEWERS = 64;
    private static final int BACKLOG = 64;
    private static final long HANDSHAKE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long WATCH_MILLIS = 1000;

    private final DisplayFeed feed;
    private final Access access;
    private final ServerSocketChannel listener;
    private final InetSocketAddress address;
    private final LongSupplier nanoTime;

    /** Those who are connected, the oldest first; guarded by this. */
    private final Map<SocketChannel, Connected> connected = new LinkedHashMap<>();

    private final Thread acceptor;
    private final Thread watchman;
    private volatile boolean closed;

    private record Connected(RfbSession session, long since) {}

    private RfbServer(
            DisplayFeed feed,
            Access access,
            ServerSocketChannel listener,
            InetSocketAddress address,
            LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.feed = feed;
        this.access = access;
        this.listener = listener;
        this.address = address;
        this.acceptor = Thread.ofVirtual().name("rfb " + feed.name()).unstarted(this::accept);
        this.watchman = Thread.ofVirtual().name("rfb watch " + feed.name()).unstarted(this::watch);
    }

    /**
     * Serves the feed, which stays the caller's.
     *
     * @param address port 0 takes any that is free
     * @throws RefusedException EADDRINUSE if it cannot be listened there
     */
    public static RfbServer listen(InetSocketAddress address, DisplayFeed feed, Access access) {
        return listen(address, feed, access, System::nanoTime);
    }

    /**
     * The same with a clock of its own.
     *
     * @param nanoTime what {@link System#nanoTime} is to everybody else: by it the times are bounded that a viewer may take
     */
    public static RfbServer listen(InetSocketAddress address, DisplayFeed feed, Access access, LongSupplier nanoTime) {
        try {
            ServerSocketChannel listener = ServerSocketChannel.open();
            RfbServer server;
            try {
                if (address.isUnresolved()) {
                    throw new UnknownHostException(address.getHostString());
                }
                listener.bind(address, BACKLOG);
                server = new RfbServer(feed, access, listener, (InetSocketAddress) listener.getLocalAddress(), nanoTime);
            } catch (IOException e) {
                listener.close();
                throw e;
            }
            server.acceptor.start();
            server.watchman.start();
            return server;
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.EADDRINUSE,
                    "viewers cannot be served at " + address.getHostString() + ":" + address.getPort() + ": "
                            + e.getMessage(),
                    "Name another address or port.");
        }
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return address;
    }

    /** How many are connected now. */
    public synchronized int connections() {
        return connected.size();
    }

    /** Ends every viewer's connection. */
    @Override
    public void close() {
        closed = true;
        end(listener);
        List<SocketChannel> all;
        synchronized (this) {
            all = List.copyOf(connected.keySet());
        }
        all.forEach(RfbServer::end);
        watchman.interrupt();
    }

    private void accept() {
        boolean isTold = false;
        while (!closed) {
            try {
                SocketChannel socket = listener.accept();
                isTold = false;
                if (admit(socket)) {
                    Thread.ofVirtual().name("viewer of " + feed.name()).start(() -> serve(socket));
                }
            } catch (IOException e) {
                if (!closed) {
                    // once, however long it lasts
                    System.Logger.Level level = isTold ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING;
                    LOG.log(level, "a viewer of {0} was lost: {1}", feed.name(), e.getMessage());
                    isTold = true;
                    if (!pause()) {
                        return;
                    }
                }
            }
        }
    }

    /** Takes the connection in, in place of the oldest stranger's if there are too many; false if all are known. */
    private boolean admit(SocketChannel socket) throws IOException {
        RfbSession session;
        try {
            socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
            session = RfbSession.of(feed, access, socket, nanoTime);
        } catch (IOException e) {
            end(socket);
            throw e;
        }
        synchronized (this) {
            if (closed || (connected.size() >= MAX_VIEWERS && !removeStranger())) {
                end(socket);
                return false;
            }
            connected.put(socket, new Connected(session, nanoTime.getAsLong()));
            notifyAll();
            return true;
        }
    }

    private boolean removeStranger() {
        for (Map.Entry<SocketChannel, Connected> entry : connected.entrySet()) {
            if (!entry.getValue().session().isAdmitted()) {
                connected.remove(entry.getKey());
                end(entry.getKey());
                return true;
            }
        }
        return false;
    }

    private void serve(SocketChannel socket) {
        Connected viewer;
        synchronized (this) {
            viewer = connected.get(socket);
        }
        try {
            if (viewer != null) {
                viewer.session().run();
            }
        } finally {
            end(socket);
            synchronized (this) {
                connected.remove(socket);
            }
        }
    }

    /** Ends the connections that lead nowhere. */
    private void watch() {
        while (awaitSomebody() && pause()) {
            long now = nanoTime.getAsLong();
            List<Map.Entry<SocketChannel, Connected>> all;
            synchronized (this) {
                all = List.copyOf(connected.entrySet());
            }
            for (Map.Entry<SocketChannel, Connected> entry : all) {
                RfbSession session = entry.getValue().session();
                boolean silent = !session.isAdmitted() && now - entry.getValue().since() > HANDSHAKE_NANOS;
                if (silent || session.stalledNanos() > STALL_NANOS) {
                    end(entry.getKey());
                }
            }
        }
    }

    /** Waits until somebody is connected; false at the end. */
    private synchronized boolean awaitSomebody() {
        try {
            while (connected.isEmpty() && !closed) {
                wait();
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Waits a second; false at the end. */
    private boolean pause() {
        try {
            Thread.sleep(WATCH_MILLIS);
            return !closed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static void end(Closeable what) {
        try {
            what.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "{0} could not be closed: {1}", what, e.getMessage());
        }
    }
}
