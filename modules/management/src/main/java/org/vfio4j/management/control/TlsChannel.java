/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import javax.net.ssl.SSLSocket;

/** A TLS connection as a channel. Closing it ends the connection below, so that a thread that is stuck in it comes back. */
final class TlsChannel implements ByteChannel {
    private static final int PART = 64 << 10;

    private final Socket below;
    private final SSLSocket socket;
    private final byte[] in = new byte[PART];
    private final byte[] out = new byte[PART];

    /**
     * @param below what {@code socket} speaks through
     */
    TlsChannel(Socket below, SSLSocket socket) {
        this.below = below;
        this.socket = socket;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int count = socket.getInputStream().read(in, 0, Math.min(in.length, into.remaining()));
        if (count > 0) {
            into.put(in, 0, count);
        }
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int count = Math.min(out.length, from.remaining());
        from.get(out, 0, count);
        socket.getOutputStream().write(out, 0, count);
        return count;
    }

    @Override
    public boolean isOpen() {
        return !below.isClosed();
    }

    @Override
    public void close() throws IOException {
        below.close();
    }
}
