/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.function.LongSupplier;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.display.Viewer;
import org.vfio4j.linux.MalformedException;

/**
 * One viewer, from its first byte to its last, over any pair of streams: a TCP connection's, or those of a WebSocket's messages. After the
 * handshake, pictures are sent only when the viewer asks for them, and each is flushed at its end.
 */
public final class RfbSession {
    private static final System.Logger LOG = System.getLogger(RfbSession.class.getName());

    private final DisplayFeed feed;
    private final Door door;
    private final ClientInput in;
    private final Closeable connection;
    private final ServerOutput out;
    private volatile boolean admitted;

    /** How viewers are let in, or are not. */
    private interface Door {
        boolean admits(Handshake handshake) throws IOException;
    }

    /**
     * For a viewer of whom it is known who he is.
     *
     * @param feed what is shown
     */
    public RfbSession(DisplayFeed feed, InputStream in, OutputStream out) {
        this(feed, RfbSession::letIn, in, ServerOutput.of(out, System::nanoTime), out);
    }

    private RfbSession(DisplayFeed feed, Door door, InputStream in, ServerOutput out, Closeable connection) {
        this.feed = feed;
        this.door = door;
        this.in = new ClientInput(in);
        this.out = out;
        this.connection = connection;
    }

    /** Over a socket, in blocking mode, with a clock. */
    static RfbSession of(DisplayFeed feed, Access access, SocketChannel socket, LongSupplier nanoTime)
            throws IOException {
        Door door = switch (access) {
            case Access.Authenticated() -> RfbSession::letIn;
            case Access.Password password -> {
                InetAddress peer = ((InetSocketAddress) socket.getRemoteAddress()).getAddress();
                yield handshake -> handshake.admit(password, peer);
            }
        };
        return new RfbSession(feed, door, Channels.newInputStream(socket), ServerOutput.of(socket, nanoTime), socket);
    }

    private static boolean letIn(Handshake handshake) throws IOException {
        handshake.admit();
        return true;
    }

    /**
     * Serves the viewer until it goes, breaks the protocol or one of the streams fails, and closes the connection. Afterwards the feed knows
     * nothing of it any more. To end it from elsewhere, close the streams.
     */
    public void run() {
        try {
            serve();
        } catch (MalformedException e) {
            // Viewers may not fill the log: without a password everybody is one.
            LOG.log(System.Logger.Level.DEBUG, "a viewer of {0} was sent away: {1}", feed.name(), e.reason());
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a viewer of {0} has gone: {1}", feed.name(), e.getMessage());
        } finally {
            close();
        }
    }

    /** Whether the handshake is over. */
    public boolean isAdmitted() {
        return admitted;
    }

    /** For how long the viewer has not taken what is sent to it, in nanoseconds; 0 while it takes it. */
    public long stalledNanos() {
        return out.stalledNanos();
    }

    private void serve() throws IOException {
        Handshake handshake = new Handshake(in, out);
        if (!door.admits(handshake)) {
            return;
        }
        admitted = true;
        try (Viewer viewer = feed.join();
                Updates updates = Updates.begin(viewer, feed, handshake, out)) {
            Thread writer = Thread.ofVirtual().name("viewer of " + feed.name()).start(() -> write(updates));
            try {
                ClientMessages messages = new ClientMessages(in, updates);
                while (writer.isAlive()) {
                    messages.read();
                }
            } finally {
                close();
                updates.end();
                await(writer);
            }
        }
    }

    private void write(Updates updates) {
        try {
            updates.sendWhileAsked();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a viewer of {0} takes no more: {1}", feed.name(), e.getMessage());
        } finally {
            close();
        }
    }

    private static void await(Thread writer) {
        boolean interrupted = false;
        while (true) {
            try {
                writer.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void close() {
        try {
            connection.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a viewer of {0} could not be closed: {1}", feed.name(), e.getMessage());
        }
    }
}
