/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongSupplier;

/**
 * What is sent to a viewer, in RFB's big-endian numbers, collected and written in large pieces: to a socket's channel from memory outside of the
 * heap, which the kernel takes as it is. For one thread.
 */
final class ServerOutput {
    /** Pieces for a stream, such as a WebSocket's messages. */
    private static final int STREAM_PIECE = 1 << 16;

    /** Pieces for a channel: each is a call of the kernel's. */
    private static final int CHANNEL_PIECE = 1 << 18;

    private static final int LINE = Encoder.MAX_WIDTH * Integer.BYTES;

    /** Bytes that {@link #nanosPerByte} is about. */
    private static final long REMEMBERED = 8 << 20;

    /** 100 Mbit/s. */
    private static final double SLOW = 80;

    private final Sink sink;
    private final ByteBuffer buffer;
    private final MemorySegment memory;
    private final byte[] line = new byte[LINE];

    // Of the last writes, the older ones counting less and less.
    private long writtenBytes;
    private long writtenNanos;

    private final LongSupplier nanoTime;

    /** The time at which the write began that goes on now; 0 if none does. */
    private volatile long writingSince;

    /** Where the pieces go. */
    private interface Sink {
        /** Takes all of a buffer's bytes up to its limit. */
        void take(ByteBuffer bytes) throws IOException;

        /** An update is over. */
        default void flush() throws IOException {
            // nothing was held back
        }
    }

    private ServerOutput(Sink sink, ByteBuffer buffer, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.sink = sink;
        this.buffer = buffer;
        this.memory = MemorySegment.ofBuffer(buffer);
    }

    /**
     * To a stream.
     *
     * @param nanoTime what {@link System#nanoTime} is to everybody else
     */
    static ServerOutput of(OutputStream out, LongSupplier nanoTime) {
        byte[] piece = new byte[STREAM_PIECE];
        Sink sink = new Sink() {
            @Override
            public void take(ByteBuffer bytes) throws IOException {
                out.write(piece, 0, bytes.limit());
            }

            @Override
            public void flush() throws IOException {
                out.flush();
            }
        };
        return new ServerOutput(sink, ByteBuffer.wrap(piece), nanoTime);
    }

    /** To a channel that takes what it is given in the end, as a socket's in blocking mode. */
    static ServerOutput of(WritableByteChannel out, LongSupplier nanoTime) {
        Sink sink = bytes -> {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        };
        return new ServerOutput(sink, ByteBuffer.allocateDirect(CHANNEL_PIECE), nanoTime);
    }

    /** For how long the viewer has not taken what is sent to it, in nanoseconds. */
    long stalledNanos() {
        long since = writingSince;
        return since == 0 ? 0 : nanoTime.getAsLong() - since;
    }

    /** How long the viewer takes for a byte, in nanoseconds, as far as it has been seen; many before. */
    double nanosPerByte() {
        return writtenBytes == 0 ? SLOW : (double) writtenNanos / writtenBytes;
    }

    void u8(int value) throws IOException {
        room(1);
        buffer.put((byte) value);
    }

    void u16(int value) throws IOException {
        room(2);
        buffer.putShort((short) value);
    }

    void u32(int value) throws IOException {
        room(Integer.BYTES);
        buffer.putInt(value);
    }

    void bytes(byte[] from, int offset, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int step = step(count - done);
            buffer.put(from, offset + done, step);
            done += step;
        }
    }

    void bytes(byte[] from) throws IOException {
        bytes(from, 0, from.length);
    }

    void bytes(MemorySegment from, long offset, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int step = step(count - done);
            MemorySegment.copy(from, offset + done, memory, buffer.position(), step);
            buffer.position(buffer.position() + step);
            done += step;
        }
    }

    /** Writes pixels of RGB, of a line at most {@link Encoder#MAX_WIDTH} wide, as the viewer wants them. */
    void pixels(PixelWriter writer, int[] rgb, int count) throws IOException {
        writer.write(rgb, 0, count, line, 0);
        bytes(line, 0, count * writer.bytes());
    }

    void flush() throws IOException {
        write();
        sink.flush();
    }

    private int step(int wanted) throws IOException {
        room(1);
        return Math.min(wanted, buffer.remaining());
    }

    private void room(int count) throws IOException {
        if (buffer.remaining() < count) {
            write();
        }
    }

    private void write() throws IOException {
        int size = buffer.position();
        if (size == 0) {
            return;
        }
        long begin = nanoTime.getAsLong();
        writingSince = begin | 1;
        buffer.flip();
        try {
            sink.take(buffer);
        } finally {
            writingSince = 0;
            buffer.clear();
        }
        writtenNanos += nanoTime.getAsLong() - begin;
        writtenBytes += size;
        if (writtenBytes > REMEMBERED) {
            writtenBytes /= 2;
            writtenNanos /= 2;
        }
    }
}
