/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.websocket.WsCloseCodes;
import io.helidon.websocket.WsListener;
import io.helidon.websocket.WsSession;
import io.helidon.websocket.WsUpgradeException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.vfio4j.console.display.DisplayFeed;
import org.vfio4j.console.rfb.RfbSession;
import org.vfio4j.linux.ErrnoException;

/** A viewer in a browser: RFB in the binary messages of a WebSocket, as noVNC speaks it. Who he is was asked before. */
final class RfbSocket implements WsListener {
    private static final System.Logger LOG = System.getLogger(RfbSocket.class.getName());
    private static final int BUFFER = 64 << 10;

    /** A browser answers pings by itself; who does not is cut off when the connection's read bound passes. */
    private static final long PING_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long STALLED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Viewers viewers;
    private final BytePipe in = new BytePipe(BUFFER);
    private @Nullable DisplayFeed feed;
    private @Nullable Headers headers;
    private volatile @Nullable RfbSession rfb;

    RfbSocket(Viewers viewers) {
        this.viewers = viewers;
    }

    /** The filter of all requests has asked who he is; here it is asked once more, whatever the web server's order may be. */
    @Override
    public Optional<Headers> onHttpUpgrade(HttpPrologue prologue, Headers asked) throws WsUpgradeException {
        if (viewers.guard().objection(asked, true).isPresent()
                || !viewers.guard().isKnown(asked)) {
            throw new WsUpgradeException("not allowed");
        }
        String[] segments = prologue.uriPath().path().split("/", -1);
        try {
            feed = viewers.screens().feed(segments[segments.length - 2]);
        } catch (ErrnoException e) {
            throw new WsUpgradeException("no display", e);
        }
        if (viewers.isFull()) {
            throw new WsUpgradeException("too many viewers");
        }
        headers = asked;
        return Optional.empty();
    }

    /** Only now is he counted: of a connection that is lost before this, nobody would hear the end. */
    @Override
    public void onOpen(WsSession session) {
        TimedConnections.upgraded();
        if (!viewers.enter()) {
            session.close(WsCloseCodes.TRY_AGAIN_LATER, "too many viewers");
            return;
        }
        Thread viewer = Thread.ofVirtual().name("console viewer").start(() -> view(session));
        Thread.ofVirtual().name("console pings").start(() -> ping(session, viewer));
    }

    /** A viewer who goes on asking but takes nothing is cut off: no message could tell him so. */
    @Override
    public void onMessage(WsSession session, BufferData buffer, boolean last) {
        RfbSession served = rfb;
        if (served != null && served.stalledNanos() > STALLED_NANOS) {
            in.close();
            throw new CloseConnectionException("the viewer takes nothing");
        }
        in.put(buffer.readBytes());
    }

    @Override
    public void onMessage(WsSession session, String text, boolean last) {
        session.close(WsCloseCodes.CANNOT_ACCEPT, "RFB is binary");
        in.close(); // after it: the viewer's thread, which hears of its end by this, would give another reason
    }

    @Override
    public void onPing(WsSession session, BufferData buffer) {
        session.pong(buffer);
    }

    @Override
    public void onClose(WsSession session, int status, String reason) {
        in.close();
    }

    @Override
    public void onError(WsSession session, Throwable t) {
        in.close();
    }

    private void view(WsSession session) {
        try {
            if (feed != null) {
                RfbSession served = new RfbSession(feed, in, new MessageStream(session, viewers, in));
                rfb = served;
                served.run();
            }
            session.close(WsCloseCodes.NORMAL_CLOSE, "the display has ended");
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "a viewer went away", e);
        } finally {
            in.close();
            viewers.leave();
        }
    }

    private void ping(WsSession session, Thread viewer) {
        try {
            while (viewer.isAlive()) {
                LockSupport.parkNanos(this, PING_NANOS);
                if (headers == null || !viewers.guard().isKnown(headers) || viewers.isClosed()) {
                    session.close(WsCloseCodes.VIOLATED_POLICY, "signed out");
                    in.close();
                    return;
                }
                session.ping(BufferData.empty());
            }
        } catch (RuntimeException e) {
            in.close();
        }
    }

    /** Each flush is a message, or several. */
    private static final class MessageStream extends OutputStream {
        private final WsSession session;
        private final Viewers viewers;
        private final BytePipe in;
        private final byte[] buffer = new byte[BUFFER];
        private int count;

        MessageStream(WsSession session, Viewers viewers, BytePipe in) {
            this.session = session;
            this.viewers = viewers;
            this.in = in;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                int some = Math.min(length - done, buffer.length - count);
                System.arraycopy(from, offset + done, buffer, count, some);
                count += some;
                done += some;
                if (count == buffer.length) {
                    send();
                }
            }
        }

        @Override
        public void flush() throws IOException {
            if (count > 0) {
                send();
                viewers.sentFrame();
            }
        }

        /** The message has bytes of its own: the connection's writer may keep them for a while. */
        private void send() throws IOException {
            try {
                session.send(BufferData.create(Arrays.copyOf(buffer, count)), true);
            } catch (RuntimeException e) {
                throw new IOException("the viewer has gone", e);
            }
            viewers.sent(count);
            count = 0;
        }

        /** Both directions end. */
        @Override
        public void close() {
            in.close();
        }
    }
}
