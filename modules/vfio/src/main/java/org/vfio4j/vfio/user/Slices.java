/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;

/**
 * Slices of one buffer, kept so that an access allocates none: those of register width at one place, and the last longer one, since bulk
 * transfers are alike.
 */
final class Slices {
    private static final int SMALL = 16;

    private final MemorySegment buffer;
    private final MemorySegment[] small = new MemorySegment[SMALL + 1];
    private final long place;
    private long lastOffset;
    private MemorySegment last;

    /** Keeps the short slices at {@code place} of {@code buffer}. */
    Slices(MemorySegment buffer, long place) {
        this.buffer = buffer;
        this.place = place;
        for (int i = 0; i <= SMALL; i++) {
            small[i] = buffer.asSlice(place, i);
        }
        this.last = small[0];
    }

    /** {@code length} bytes at {@code offset} of the buffer. */
    MemorySegment at(long offset, int length) {
        if (offset == place && length <= SMALL) {
            return small[length];
        }
        if (offset != lastOffset || length != last.byteSize()) {
            last = buffer.asSlice(offset, length);
            lastOffset = offset;
        }
        return last;
    }
}
