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
 * memory that the device reads and writes. For one thread; any may {@link #close} it.
 */
public final class Wire implements AutoCloseable {
    /** The most bytes of the state in one message. */
    public static final int MAX_STATE = 512 << 10;

    static final int HEADER = 8;

    private final ByteChannel channel;
    private final int longest;
    private final ByteBuffer out = buffer(HEADER + MAX_STATE);
    private final MemorySegment outgoing = MemorySegment.ofBuffer(out).asSlice(HEADER);
    private final ByteBuffer in = buffer(HEADER + MAX_STATE);
    private final MemorySegment incoming = MemorySegment.ofBuffer(in);
    private volatile long busySince;

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

    /** Where the state's next bytes are put before {@link #sendState}. */
    MemorySegment room() {
        return outgoing;
    }

    /** Sends the first {@code count} bytes of {@link #room}. */
    void sendState(int count) {
        frame(out, MessageType.STATE, count);
        write(out.position(0).limit(HEADER + count));
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
        in.clear().limit(HEADER);
        readFully(in);
        MessageType type = MessageType.of(in.getInt(0));
        long length = Integer.toUnsignedLong(in.getInt(Integer.BYTES));
        int most = Math.min(type.most(), longest);
        if (length > most) {
            throw new MigrateException(
                    Errno.EMSGSIZE, "a message " + type + " of " + length + " bytes, " + most + " at most");
        }
        if (type == MessageType.STATE) {
            in.clear().limit((int) length);
            readFully(in);
            return new Message.State(incoming.asSlice(0, length));
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
            in.clear().limit(part);
            readFully(in);
            byte[] bytes = new byte[part];
            in.get(0, bytes);
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
