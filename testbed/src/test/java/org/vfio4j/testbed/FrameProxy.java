/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.function.IntPredicate;

/**
 * Stands between two hosts of this machine, on a socket that is the control socket of one for the other, and looks at each message of a move before
 * it passes it on.
 */
final class FrameProxy implements AutoCloseable {
    private final Path there;
    private final ServerSocketChannel server;
    private volatile IntPredicate passes = type -> true;

    private FrameProxy(Path there, ServerSocketChannel server) {
        this.there = there;
        this.server = server;
    }

    /** Listens at {@code here} for the host at {@code there}. */
    static FrameProxy between(Path here, Path there) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(here));
        FrameProxy proxy = new FrameProxy(there, server);
        Thread.ofPlatform().daemon().name("proxy").start(proxy::accept);
        return proxy;
    }

    /** What is asked before a message passes, by its number; where the answer is no the connection ends. */
    void watch(IntPredicate newPasses) {
        passes = newPasses;
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel near = server.accept();
                SocketChannel far = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    far.connect(UnixDomainSocketAddress.of(there));
                } catch (IOException e) {
                    near.close();
                    continue;
                }
                Thread.ofPlatform().daemon().start(() -> pass(near, far, 1));
                Thread.ofPlatform().daemon().start(() -> pass(far, near, 2));
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Lines first, as the control socket has them, then frames. */
    private void pass(SocketChannel from, SocketChannel to, int lines) {
        try (from;
                to) {
            DataInputStream in = new DataInputStream(Channels.newInputStream(from));
            OutputStream out = Channels.newOutputStream(to);
            for (int line = 0; line < lines; ) {
                int b = in.read();
                if (b < 0) {
                    return;
                }
                out.write(b);
                line += b == '\n' ? 1 : 0;
            }
            while (passFrame(in, out)) {
                // the next
            }
        } catch (IOException e) {
            // one side ended
        }
    }

    private boolean passFrame(InputStream in, OutputStream out) throws IOException {
        byte[] header = in.readNBytes(8);
        if (header.length < 8) {
            return false;
        }
        ByteBuffer fields = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
        byte[] body = in.readNBytes(fields.getInt(4));
        if (!passes.test(fields.getInt(0))) {
            return false;
        }
        out.write(header);
        out.write(body);
        out.flush();
        return true;
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
