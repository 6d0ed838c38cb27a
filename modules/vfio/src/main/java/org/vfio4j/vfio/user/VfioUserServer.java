/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileType;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.core.Credentials;

/**
 * A device on a UNIX socket, for any vfio-user client. Clients come and go; one at a time has the device, and others that only ask for the version
 * disturb nobody. Each has a thread and a connection of its own, and nothing that it does reaches farther than that.
 */
public final class VfioUserServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(VfioUserServer.class.getName());

    /** Connections at a time: more than a client and some who ask. */
    static final int MAX_SESSIONS = 8;

    private static final int BACKLOG = 8;

    private final DeviceSource source;
    private final IdleWait idle;
    private final Duration patience;
    private final int uid = Credentials.ofThisProcess().uid();
    private Optional<Acceptor> ownAcceptor = Optional.empty();
    private Runnable stopListening = () -> {};
    private boolean listening;
    private final Semaphore free = new Semaphore(1);
    private final Set<Session> sessions = new LinkedHashSet<>();
    private final Set<Thread> threads = new HashSet<>();
    private Optional<Path> path = Optional.empty();
    private boolean closing;

    private VfioUserServer(DeviceSource source, boolean polling, Duration patience) {
        this.source = source;
        this.patience = patience;
        this.idle = polling ? IdleWait.POLL : IdleWait.SLEEP;
    }

    /**
     * Serves a device at {@code path}, a socket for its owner only (mode 0600). One that a dead server left there is replaced.
     *
     * @param polling whether a connection asks for messages without sleeping while they come quickly: faster, for a processor's time
     * @throws LinuxException EADDRINUSE if a server listens there; ENOENT, EACCES and others if the folder does not allow it
     */
    public static VfioUserServer listen(Path path, DeviceSource source, boolean polling) {
        VfioUserServer server = takeSocket(listen(path), source, polling);
        server.path = Optional.of(path);
        return server;
    }

    /** The same with others' connections taken by the same thread; {@code acceptor} stays the caller's, to be closed after this. */
    public static VfioUserServer listen(Path path, DeviceSource source, boolean polling, Acceptor acceptor) {
        VfioUserServer server = new VfioUserServer(source, polling, Limits.PATIENCE);
        server.path = Optional.of(path);
        server.listenTo(listen(path), acceptor);
        return server;
    }

    /** Serves a device on a socket that is open already: one that listens, or a connection. Takes ownership of it. */
    public static VfioUserServer takeSocket(Fd socket, DeviceSource source, boolean polling) {
        return takeSocket(socket, source, polling, Limits.PATIENCE);
    }

    /** The same with clients that may take so long over a message. */
    static VfioUserServer takeSocket(Fd socket, DeviceSource source, boolean polling, Duration patience) {
        VfioUserServer server = new VfioUserServer(source, polling, patience);
        if (UnixSocket.isListening(socket)) {
            Acceptor acceptor = new Acceptor();
            server.ownAcceptor = Optional.of(acceptor);
            server.listenTo(socket, acceptor);
        } else {
            server.admit(socket);
        }
        return server;
    }

    /** Waits until nothing is served any more: until {@link #close}, or until the one connection that was given has ended. */
    public synchronized void awaitEnd() throws InterruptedException {
        while (listening || !threads.isEmpty()) {
            wait();
        }
    }

    /** Ends every connection and removes the socket. The device is released by the time this returns. */
    @Override
    public void close() {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            sessions.forEach(Session::end);
        }
        stopListening.run();
        ownAcceptor.ifPresent(Acceptor::close);
        path.ifPresent(VfioUserServer::remove);
        boolean interrupted = Thread.interrupted();
        synchronized (this) {
            listening = false;
            notifyAll();
            while (!threads.isEmpty()) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void listenTo(Fd socket, Acceptor acceptor) {
        try {
            listening = true;
            long key = acceptor.add(socket, this::admit);
            stopListening = () -> acceptor.remove(key);
        } catch (RuntimeException e) {
            socket.close();
            close();
            throw e;
        }
    }

    private static Fd listen(Path path) {
        try {
            return UnixSocket.listen(path.toString(), BACKLOG);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EADDRINUSE || !isStale(path)) {
                throw e;
            }
            remove(path);
            return UnixSocket.listen(path.toString(), BACKLOG);
        }
    }

    /** A socket that nobody listens on. Connecting to a file that is none says ECONNREFUSED too, and that one is not ours to remove. */
    private static boolean isStale(Path path) {
        if (!FileType.isSocket(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (Fd probe = UnixSocket.connect(path.toString())) {
            return !probe.isOpen();
        } catch (LinuxException e) {
            return e.errno() == Errno.ECONNREFUSED;
        }
    }

    private static void remove(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the socket {0} stays: {1}", path, e);
        }
    }

    /** Takes ownership of a connection: it is served, or closed if it is a stranger's or one too many. */
    private void admit(Fd connection) {
        UnixSocket.PeerCredentials peer;
        try {
            peer = UnixSocket.peerCredentials(connection);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
        if (!isAllowed(peer, uid)) {
            LOG.log(System.Logger.Level.WARNING, "refused process {0} of user {1}", peer.pid(), peer.uid());
            connection.close();
            return;
        }
        synchronized (this) {
            if (closing || !hasRoom()) {
                connection.close();
                return;
            }
            Session session = new Session(Connection.take(connection, idle, patience), new Attachment(source, free));
            sessions.add(session);
            start("vfio-user client " + peer.pid(), () -> serve(session));
        }
    }

    /** The one that has been here longest without the device has to go for the next: who only connects keeps nobody out. */
    private boolean hasRoom() {
        if (sessions.size() < MAX_SESSIONS) {
            return true;
        }
        Optional<Session> idle =
                sessions.stream().filter(session -> !session.hasDevice()).findFirst();
        idle.ifPresent(session -> {
            sessions.remove(session);
            session.end();
        });
        return idle.isPresent();
    }

    /** The server's own user, and root. */
    static boolean isAllowed(UnixSocket.PeerCredentials peer, int uid) {
        return peer.uid() == uid || peer.uid() == 0;
    }

    private void serve(Session session) {
        try {
            session.run();
        } finally {
            synchronized (this) {
                sessions.remove(session);
            }
            session.close();
        }
    }

    private synchronized void start(String name, Runnable task) {
        Thread thread = Thread.ofPlatform().name(name).daemon().unstarted(() -> {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, name + " failed", e);
            } finally {
                ended(Thread.currentThread());
            }
        });
        threads.add(thread);
        thread.start();
    }

    private synchronized void ended(Thread thread) {
        threads.remove(thread);
        notifyAll();
    }
}
