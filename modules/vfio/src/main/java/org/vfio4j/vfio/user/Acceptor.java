/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.vfio4j.linux.Epoll;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Poll;
import org.vfio4j.linux.UnixSocket;

/** One thread that takes the connections of any number of listening sockets, so that a device nobody uses costs its socket and nothing else. */
public final class Acceptor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Acceptor.class.getName());
    private static final long STOP = 0;

    /** How long a connection that was there may have been taken by another process before that is noticed. */
    private static final Duration GONE = Duration.ofMillis(100);

    private static final Duration DESCRIPTOR_PAUSE = Duration.ofMillis(200);

    private final Epoll epoll = Epoll.create();
    private final Eventfd stop = Eventfd.create();
    private final Map<Long, Listener> listeners = new HashMap<>();
    private final Thread thread;
    private long lastKey = STOP;

    private record Listener(Fd socket, Consumer<Fd> taker) {}

    /** Nothing is listened to yet. */
    public Acceptor() {
        epoll.add(stop.fd(), STOP);
        thread = Thread.ofPlatform().name("vfio-user acceptor").daemon().start(this::run);
    }

    /**
     * Takes connections of {@code socket}, which this owns from now on.
     *
     * @param taker gets each connection, and owns it
     * @return the number by which {@link #remove} ends that
     */
    synchronized long add(Fd socket, Consumer<Fd> taker) {
        UnixSocket.bound(socket, GONE);
        lastKey++;
        epoll.add(socket, lastKey);
        listeners.put(lastKey, new Listener(socket, taker));
        return lastKey;
    }

    /** Closes the socket. */
    synchronized void remove(long key) {
        Listener listener = listeners.remove(key);
        if (listener != null) {
            listener.socket.close();
        }
    }

    /** Ends the thread and closes every socket. */
    @Override
    public void close() {
        stop.signal();
        boolean interrupted = Thread.interrupted();
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        synchronized (this) {
            listeners.values().forEach(listener -> listener.socket.close());
            listeners.clear();
        }
        epoll.close();
        stop.close();
    }

    private void run() {
        try {
            for (long key = epoll.await(); key != STOP; key = epoll.await()) {
                take(key);
            }
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.ERROR, "no more clients are taken: {0}", e.getMessage());
        }
    }

    private void take(long key) {
        Consumer<Fd> taker;
        Fd connection;
        try {
            synchronized (this) {
                Listener listener = listeners.get(key);
                if (listener == null) {
                    return;
                }
                taker = listener.taker;
                connection = UnixSocket.accept(listener.socket);
            }
            taker.accept(connection);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client was not taken: {0}", e.getMessage());
            if (e.errno() == Errno.EMFILE || e.errno() == Errno.ENFILE) {
                awaitDescriptors();
            }
        }
    }

    /** The client still waits there, and is found again at once: not without a pause. */
    private void awaitDescriptors() {
        try (Poll poll = new Poll(stop.fd())) {
            poll.await(DESCRIPTOR_PAUSE);
        }
    }
}
