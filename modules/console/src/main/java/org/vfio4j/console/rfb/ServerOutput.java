/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.LongSupplier;

/** What is sent to a viewer, in RFB's big-endian numbers, collected and written in large pieces. For one thread. */
final class ServerOutput {
    static final int SIZE = 1 << 16;

    /** Bytes that {@link #nanosPerByte} is about. */
    private static final long REMEMBERED = 8 << 20;

    /** 100 Mbit/s. */
    private static final double SLOW = 80;

    private final OutputStream out;
    private final byte[] buffer = new byte[SIZE];
    private int size;

    // Of the last writes, the older ones counting less and less.
    private long writtenBytes;
    private long writtenNanos;

    private final LongSupplier nanoTime;

    /** The time at which the write began that goes on now; 0 if none does. */
    private volatile long writingSince;

    ServerOutput(OutputStream out) {
        this(out, System::nanoTime);
    }

    /**
     * @param nanoTime what {@link System#nanoTime} is to everybody else
     */
    ServerOutput(OutputStream out, LongSupplier nanoTime) {
        this.out = out;
        this.nanoTime = nanoTime;
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
        buffer[size++] = (byte) value;
    }

    void u16(int value) throws IOException {
        room(2);
        buffer[size++] = (byte) (value >> 8);
        buffer[size++] = (byte) value;
    }

    void u32(int value) throws IOException {
        u16(value >>> 16);
        u16(value);
    }

    void bytes(byte[] from, int offset, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int step = step(count - done);
            System.arraycopy(from, offset + done, buffer, size, step);
            size += step;
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
            MemorySegment.copy(from, ValueLayout.JAVA_BYTE, offset + done, buffer, size, step);
            size += step;
            done += step;
        }
    }

    /** Writes pixels of RGB as the viewer wants them. */
    void pixels(PixelWriter writer, int[] rgb, int count) throws IOException {
        int done = 0;
        while (done < count) {
            room(writer.bytes());
            int step = Math.min(count - done, (buffer.length - size) / writer.bytes());
            writer.write(rgb, done, step, buffer, size);
            size += step * writer.bytes();
            done += step;
        }
    }

    void flush() throws IOException {
        write();
        out.flush();
    }

    private int step(int wanted) throws IOException {
        room(1);
        return Math.min(wanted, buffer.length - size);
    }

    private void room(int count) throws IOException {
        if (buffer.length - size < count) {
            write();
        }
    }

    private void write() throws IOException {
        if (size == 0) {
            return;
        }
        long begin = nanoTime.getAsLong();
        writingSince = begin | 1;
        try {
            out.write(buffer, 0, size);
        } finally {
            writingSince = 0;
        }
        writtenNanos += nanoTime.getAsLong() - begin;
        writtenBytes += size;
        if (writtenBytes > REMEMBERED) {
            writtenBytes /= 2;
            writtenNanos /= 2;
        }
        size = 0;
    }
}
