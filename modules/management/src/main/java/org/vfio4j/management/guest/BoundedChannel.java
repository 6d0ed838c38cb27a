/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/** A socket on which everything together takes at most so long. For one thread. */
final class BoundedChannel implements ByteChannel {
    private final SocketChannel channel;
    private final Duration bound;
    private final long end;

    /**
     * @param channel that does not block
     */
    BoundedChannel(SocketChannel channel, Duration bound) {
        this.channel = channel;
        this.bound = bound;
        this.end = System.nanoTime() + bound.toNanos();
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        requireTime();
        int count = channel.read(into);
        while (count == 0 && into.hasRemaining()) {
            await(SelectionKey.OP_READ);
            count = channel.read(into);
        }
        return count;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int count = channel.write(from);
        while (count == 0 && from.hasRemaining()) {
            await(SelectionKey.OP_WRITE);
            count = channel.write(from);
        }
        return count;
    }

    private void await(int operation) throws IOException {
        try (Selector selector = Selector.open()) {
            channel.register(selector, operation);
            if (selector.select(requireTime().toMillis() + 1) == 0) {
                throw over();
            }
        }
    }

    private SocketTimeoutException over() {
        return new SocketTimeoutException("nothing came within " + bound.toSeconds() + " s");
    }

    /** What is left of it. */
    private Duration requireTime() throws SocketTimeoutException {
        Duration left = Duration.ofNanos(end - System.nanoTime());
        if (left.isNegative() || left.isZero()) {
            throw over();
        }
        return left;
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
