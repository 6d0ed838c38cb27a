/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Pipe;
import java.util.concurrent.atomic.AtomicInteger;

/** A connection in this process that breaks at a message, whichever side sends it. It counts the messages of both, in the order in which they go. */
final class CutLink {
    private final int cutAt;
    private final How how;
    private final Runnable onMessage;
    private final AtomicInteger messages = new AtomicInteger();
    private final End source;
    private final End destination;

    /** What becomes of the message at which it breaks. */
    enum How {
        LOST,
        HALF,
        ARRIVES
    }

    /**
     * @param cutAt the number of the message, from 1
     */
    CutLink(int cutAt, How how) throws IOException {
        this(cutAt, how, () -> {});
    }

    /**
     * @param onMessage runs when a message is sent, before it goes
     */
    CutLink(int cutAt, How how, Runnable onMessage) throws IOException {
        this.cutAt = cutAt;
        this.how = how;
        this.onMessage = onMessage;
        Pipe there = Pipe.open();
        Pipe back = Pipe.open();
        this.source = new End(back.source(), there.sink());
        this.destination = new End(there.source(), back.sink());
    }

    ByteChannel source() {
        return source;
    }

    ByteChannel destination() {
        return destination;
    }

    /** Whether so many messages went that it broke. */
    boolean isCut() {
        return messages.get() >= cutAt;
    }

    /** How many messages went. */
    int messages() {
        return messages.get();
    }

    /** One side: writes are whole messages, as the sender's are. */
    private final class End implements ByteChannel {
        private final Pipe.SourceChannel in;
        private final Pipe.SinkChannel out;

        End(Pipe.SourceChannel in, Pipe.SinkChannel out) {
            this.in = in;
            this.out = out;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            return in.read(into);
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            onMessage.run();
            int number = messages.incrementAndGet();
            if (number > cutAt) {
                throw new IOException("cut");
            }
            int size = from.remaining();
            if (number < cutAt || how == How.ARRIVES) {
                writeFully(from);
            } else if (how == How.HALF) {
                int limit = from.limit();
                writeFully(from.limit(from.position() + size / 2));
                from.limit(limit);
            }
            if (number == cutAt) {
                close(); // what has arrived can still be read there
                throw new IOException("cut");
            }
            return size;
        }

        private void writeFully(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
            in.close();
        }
    }
}
