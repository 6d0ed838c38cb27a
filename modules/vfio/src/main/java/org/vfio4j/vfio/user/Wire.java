/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * Where what stands in a message, in bytes from its begin, little endian. A message is a header of 16 bytes and a payload; a region access, a
 * DMA access and a piece of migration data have 16 bytes more before their data.
 */
final class Wire {
    /** Bytes of the header. */
    static final int HEADER = 16;

    /** Where the data of an access begin. */
    static final int DATA = 32;

    /** The most data in one message: {@code max_data_xfer_size}, the specification's own default. */
    static final int MAX_DATA = 1 << 20;

    /** The longest message. */
    static final int MAX_MESSAGE = DATA + MAX_DATA;

    // the header
    static final int ID = 0;
    static final int COMMAND = 2;
    static final int SIZE = 4;
    static final int FLAGS = 8;
    static final int ERROR = 12;

    // the header's flags
    static final int TYPE_MASK = 0xf;
    static final int REQUEST = 0;
    static final int REPLY = 1;
    static final int NO_REPLY = 0x10;
    static final int IS_ERROR = 0x20;

    // REGION_READ, REGION_WRITE
    static final int ACCESS_OFFSET = 16;
    static final int ACCESS_REGION = 24;
    static final int ACCESS_COUNT = 28;

    // DMA_READ, DMA_WRITE
    static final int DMA_ADDRESS = 16;
    static final int DMA_COUNT = 24;

    // REGION_WRITE_MULTI: a count, then entries
    static final int MULTI_COUNT = 16;
    static final int MULTI_ENTRIES = 24;
    static final int MULTI_ENTRY = 24;
    static final int MULTI_ENTRY_REGION = 8;
    static final int MULTI_ENTRY_COUNT = 12;
    static final int MULTI_ENTRY_DATA = 16;
    static final int MULTI_MAX_DATA = 8;

    // DMA_MAP, DMA_UNMAP
    static final int MAP_FLAGS = 20;
    static final int MAP_FILE_OFFSET = 24;
    static final int MAP_IOVA = 32;
    static final int MAP_SIZE = 40;
    static final int MAP_ARGSZ = 32;
    static final int MAP_READ = 1;
    static final int MAP_WRITE = 2;
    static final int UNMAP_FLAGS = 20;
    static final int UNMAP_IOVA = 24;
    static final int UNMAP_SIZE = 32;
    static final int UNMAP_ARGSZ = 24;
    static final int UNMAP_ALL = 2;

    // DEVICE_FEATURE: argsz, flags, then the feature's own
    static final int FEATURE_FLAGS = 20;
    static final int FEATURE_DATA = 24;

    // MIG_DATA_READ, MIG_DATA_WRITE: argsz, size, then the data
    static final int MIGRATION_SIZE = 20;
    static final int MIGRATION_DATA = 24;

    /** The first field of most payloads: how long the payload, or the answer to it, may be. */
    static final int ARGSZ = 16;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Wire() {}

    /**
     * What a request says of its argsz, unsigned.
     *
     * @param at where it stands
     * @throws VfioException EINVAL if it is smaller than the part that every such request has
     */
    static long argsz(MemorySegment bytes, long at, int least) {
        long argsz = Integer.toUnsignedLong(u32(bytes, at));
        if (argsz < least) {
            throw new VfioException(Errno.EINVAL, "argsz " + argsz + ", at least " + least);
        }
        return argsz;
    }

    static int u16(MemorySegment bytes, long at) {
        return Short.toUnsignedInt(bytes.get(SHORT, at));
    }

    static int u32(MemorySegment bytes, long at) {
        return bytes.get(INT, at);
    }

    static long u64(MemorySegment bytes, long at) {
        return bytes.get(LONG, at);
    }

    static void put16(MemorySegment bytes, long at, int value) {
        bytes.set(SHORT, at, (short) value);
    }

    static void put32(MemorySegment bytes, long at, int value) {
        bytes.set(INT, at, value);
    }

    static void put64(MemorySegment bytes, long at, long value) {
        bytes.set(LONG, at, value);
    }

    /** Writes a header. */
    static void header(MemorySegment bytes, int id, int command, int size, int flags, int errno) {
        put16(bytes, ID, id);
        put16(bytes, COMMAND, command);
        put32(bytes, SIZE, size);
        put32(bytes, FLAGS, flags);
        put32(bytes, ERROR, errno);
    }
}
