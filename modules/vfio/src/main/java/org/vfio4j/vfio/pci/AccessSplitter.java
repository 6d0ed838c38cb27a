/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Cuts an access of any length into the accesses that hardware knows: 1, 2, 4 or 8 bytes, naturally aligned, as wide as the alignment and the
 * rest allow. The one place where this is done.
 */
final class AccessSplitter {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private AccessSplitter() {}

    /**
     * Reads {@code count} bytes at {@code offset} of the set, which has them, into the start of {@code into}.
     *
     * @param widest of the accesses made: 1, 2, 4 or 8 bytes
     */
    static void read(RegisterSet set, int offset, MemorySegment into, int count, int widest) {
        int done = 0;
        while (done < count) {
            int width = width(offset + done, count - done, widest);
            put(into, done, width, set.read(offset + done, width));
            done += width;
        }
    }

    /** Writes the first {@code count} bytes of {@code from} at {@code offset} of the set, which has room for them. */
    static void write(RegisterSet set, int offset, MemorySegment from, int count, int widest) {
        int done = 0;
        while (done < count) {
            int width = width(offset + done, count - done, widest);
            set.write(offset + done, width, get(from, done, width));
            done += width;
        }
    }

    private static int width(int offset, int rest, int widest) {
        return Math.min(Integer.lowestOneBit(offset | widest), Integer.highestOneBit(rest));
    }

    private static void put(MemorySegment into, long at, int width, long bytes) {
        switch (width) {
            case Byte.BYTES -> into.set(ValueLayout.JAVA_BYTE, at, (byte) bytes);
            case Short.BYTES -> into.set(SHORT, at, (short) bytes);
            case Integer.BYTES -> into.set(INT, at, (int) bytes);
            case Long.BYTES -> into.set(LONG, at, bytes);
            default -> throw new IllegalArgumentException("no access has " + width + " bytes");
        }
    }

    private static long get(MemorySegment from, long at, int width) {
        return switch (width) {
            case Byte.BYTES -> Byte.toUnsignedLong(from.get(ValueLayout.JAVA_BYTE, at));
            case Short.BYTES -> Short.toUnsignedLong(from.get(SHORT, at));
            case Integer.BYTES -> Integer.toUnsignedLong(from.get(INT, at));
            case Long.BYTES -> from.get(LONG, at);
            default -> throw new IllegalArgumentException("no access has " + width + " bytes");
        };
    }
}
