/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ByteChannel;
import org.vfio4j.linux.Errno;

/**
 * Messages over a connection, each in a frame: u32 type, u32 length of what follows, little endian; then the state's bytes, or a JSON object. A
 * frame is read only where its type is known and its length allowed. Of the state nothing is copied here: it is read from and written to the same
 * memory that the device reads and writes. One thread sends and one receives at a time; any may {@link #close} it.
 */
public final class Wire implements AutoCloseable {
    /** The most bytes of the state in one message: two large records of a device with memory. */
    public static final int MAX_STATE = (512 << 10) + (4 << 10);

    static final int HEADER = 8;

    private static final ByteBuffer EMPTY = ByteBuffer.allocate(0);

    private final ByteChannel channel;
    private final int longest;
    private final ByteBuffer header = buffer(HEADER);
    private ByteBuffer state = EMPTY;
    private ByteBuffer stateBefore = EMPTY;
    private volatile long busySince;

    /** A message of the state, and where its bytes are put before it is sent. */
    static final class Frame {
        private final ByteBuffer bytes = buffer(HEADER + MAX_STATE);
        private final MemorySegment room = MemorySegment.ofBuffer(bytes).asSlice(HEADER);

        MemorySegment room() {
            return room;
        }
    }

    /** The side that asks, and gets snapshots of any size. */
    public Wire(ByteChannel channel) {
        this(channel, Integer.MAX_VALUE);
    }

    /**
     * @param longest message that is read, in bytes, where its type allows more
     */
    Wire(ByteChannel channel, int longest) {
        this.channel = channel;
        this.longest = longest;
    }

    /** Sends the first {@code count} bytes of its room. */
    void send(Frame frame, int count) {
        frame(frame.bytes, MessageType.STATE, count);
        write(frame.bytes.position(0).limit(HEADER + count));
    }

    /** Sends a message that is not {@link Message.State}. */
    public void send(Message message) {
        MessageType type = MessageType.of(message);
        byte[] body = MessageJson.write(message);
        if (body.length > type.most()) {
            throw new MigrateException(Errno.EMSGSIZE, "a message " + type + " of " + body.length + " bytes");
        }
        ByteBuffer frame = buffer(HEADER + body.length);
        frame(frame, type, body.length);
        write(frame.position(HEADER).put(body).flip());
    }

    /** Waits for the next message. */
    public Message receive() {
        readFully(header.clear());
        MessageType type = MessageType.of(header.getInt(0));
        long length = Integer.toUnsignedLong(header.getInt(Integer.BYTES));
        int most = Math.min(type.most(), longest);
        if (length > most) {
            throw new MigrateException(
                    Errno.EMSGSIZE, "a message " + type + " of " + length + " bytes, " + most + " at most");
        }
        if (type == MessageType.STATE) {
            return new Message.State(state((int) length));
        }
        return MessageJson.read(type, body((int) length));
    }

    /** The next message, which must be of that kind; what the other side refuses comes out as its refusal. */
    <T extends Message> T receive(Class<T> expected) {
        Message message = receive();
        if (expected.isInstance(message)) {
            return expected.cast(message);
        }
        if (message instanceof Message.Refused refused) {
            throw new org.vfio4j.management.host.RefusedException(refused.errno(), refused.what(), refused.remedy());
        }
        throw new MigrateException(
                "protocol", message.getClass().getSimpleName() + " came, not " + expected.getSimpleName());
    }

    /** The state's bytes, in the memory of those before the last. */
    private MemorySegment state(int length) {
        ByteBuffer into = stateBefore.capacity() == 0 ? buffer(MAX_STATE) : stateBefore;
        stateBefore = state;
        state = into;
        readFully(into.clear().limit(length));
        return MemorySegment.ofBuffer(into.flip());
    }

    /** Since when, by {@link System#nanoTime}, a read or a write has not come back; 0 while none is on its way. */
    long busySince() {
        return busySince;
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            System.getLogger(Wire.class.getName()).log(System.Logger.Level.DEBUG, "close", e);
        }
    }

    /** Grows with what has come, so that a length alone takes no memory. */
    private byte[] body(int length) {
        java.io.ByteArrayOutputStream body = new java.io.ByteArrayOutputStream(Math.min(length, MAX_STATE));
        for (int left = length; left > 0; ) {
            int part = Math.min(left, MAX_STATE);
            byte[] bytes = new byte[part];
            readFully(ByteBuffer.wrap(bytes));
            body.writeBytes(bytes);
            left -= part;
        }
        return body.toByteArray();
    }

    private static void frame(ByteBuffer into, MessageType type, int length) {
        into.clear().putInt(0, type.number()).putInt(Integer.BYTES, length);
    }

    private void readFully(ByteBuffer into) {
        busySince = System.nanoTime() | 1;
        try {
            while (into.hasRemaining()) {
                if (channel.read(into) < 0) {
                    throw new IOException("it was closed");
                }
            }
        } catch (IOException e) {
            throw MigrateException.lost(e);
        } finally {
            busySince = 0;
        }
    }

    private void write(ByteBuffer bytes) {
        busySince = System.nanoTime() | 1;
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw MigrateException.lost(e);
        } finally {
            busySince = 0;
        }
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
