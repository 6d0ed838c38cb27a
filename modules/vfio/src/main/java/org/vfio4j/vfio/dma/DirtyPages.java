/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.dma;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.VfioException;

/**
 * Which pages a device wrote, from start to stop: DMA logging of {@code linux/vfio.h}. It remembers pages of 4 KiB, in chunks that exist only
 * where something was written; a device that writes to more places than {@link #MAX_CHUNKS} chunks hold is said to have written everywhere.
 */
final class DirtyPages {
    /** The kernel's own limit: ranges that fit into a page. */
    static final int MAX_RANGES = 256;

    /** 128 MiB of address space each, 4 KiB of memory each. */
    static final int MAX_CHUNKS = 1 << 16;

    private static final int PAGE_SHIFT = 12;
    private static final int WORDS = 512;
    private static final int CHUNK_SHIFT = PAGE_SHIFT + 15;

    private final Map<Long, long[]> chunks = new HashMap<>();
    private List<IovaRange> ranges = List.of();
    private boolean everywhere;

    boolean active() {
        return !ranges.isEmpty();
    }

    void start(long pageSize, List<IovaRange> newRanges) {
        if (newRanges.isEmpty()) {
            throw new VfioException(Errno.EINVAL, "no range to log");
        }
        if (newRanges.size() > MAX_RANGES) {
            throw new VfioException(Errno.E2BIG, newRanges.size() + " ranges to log, " + MAX_RANGES + " at most");
        }
        if (active()) {
            throw new VfioException(Errno.EINVAL, "DMA is logged already");
        }
        checkPage(pageSize);
        List<IovaRange> kept = new ArrayList<>();
        for (IovaRange range : newRanges) {
            if (kept.stream().anyMatch(range::overlaps)) {
                throw new VfioException(Errno.EINVAL, "the range " + range + " is to be logged twice");
            }
            kept.add(range);
        }
        ranges = List.copyOf(kept);
    }

    void stop() {
        requireActive();
        forget();
    }

    /** Ends logging, if there is any. */
    void forget() {
        ranges = List.of();
        chunks.clear();
        everywhere = false;
    }

    /** The device writes {@code length} bytes, not 0, at {@code iova}. */
    void mark(long iova, long length) {
        long last = (iova + (length - 1)) >>> PAGE_SHIFT;
        for (long page = iova >>> PAGE_SHIFT; page <= last; page++) {
            long[] chunk = chunk(page >>> (CHUNK_SHIFT - PAGE_SHIFT));
            if (chunk == null) {
                return;
            }
            int bit = (int) page & (WORDS * Long.SIZE - 1);
            chunk[bit / Long.SIZE] |= 1L << bit;
        }
    }

    /** Null where there are too many. */
    private long @Nullable [] chunk(long number) {
        long[] chunk = chunks.get(number);
        if (chunk == null && !everywhere) {
            if (chunks.size() == MAX_CHUNKS) {
                everywhere = true;
                return null;
            }
            chunk = new long[WORDS];
            chunks.put(number, chunk);
        }
        return chunk;
    }

    void report(IovaRange range, long pageSize, MemorySegment bitmap) {
        requireActive();
        checkPage(pageSize);
        int shift = Long.numberOfTrailingZeros(pageSize);
        long lastBit = (range.last() - range.first()) >>> shift;
        if (bitmap.byteSize() / Long.BYTES <= lastBit / Long.SIZE) {
            throw new VfioException(
                    Errno.EINVAL, "a bitmap of " + bitmap.byteSize() + " bytes for " + (lastBit + 1) + " pages");
        }
        for (IovaRange logged : ranges) {
            if (logged.overlaps(range)) {
                long from = max(logged.first(), range.first());
                long to = min(logged.last(), range.last());
                if (everywhere) {
                    setAll(range.first(), from, to, shift, bitmap);
                } else {
                    take(range.first(), from, to, shift, bitmap);
                }
            }
        }
    }

    /** Moves the bits of the pages from {@code from} to {@code to} into the bitmap, whose first bit is of the page at {@code base}. */
    private void take(long base, long from, long to, int shift, MemorySegment bitmap) {
        for (Map.Entry<Long, long[]> entry : chunks.entrySet()) {
            long start = entry.getKey() << CHUNK_SHIFT;
            long end = start + (1L << CHUNK_SHIFT) - 1;
            if (Long.compareUnsigned(end, from) >= 0 && Long.compareUnsigned(start, to) <= 0) {
                long first = max(start, from) >>> PAGE_SHIFT;
                long last = min(end, to) >>> PAGE_SHIFT;
                takePages(base, first, last, shift, entry.getValue(), bitmap);
            }
        }
    }

    private static void takePages(long base, long first, long last, int shift, long[] chunk, MemorySegment bitmap) {
        for (long page = first; page <= last; page++) {
            int bit = (int) page & (WORDS * Long.SIZE - 1);
            long word = chunk[bit / Long.SIZE];
            if (word == 0) {
                page |= Long.SIZE - 1;
            } else if ((word & (1L << bit)) != 0) {
                chunk[bit / Long.SIZE] = word & ~(1L << bit);
                long address = page << PAGE_SHIFT;
                long from = Long.compareUnsigned(address, base) < 0 ? 0 : address - base;
                set(bitmap, from >>> shift);
            }
        }
    }

    private static void setAll(long base, long from, long to, int shift, MemorySegment bitmap) {
        long last = (to - base) >>> shift;
        for (long bit = (from - base) >>> shift; bit <= last; bit++) {
            set(bitmap, bit);
        }
    }

    private static void set(MemorySegment bitmap, long bit) {
        long at = bit / Long.SIZE * Long.BYTES;
        long word = bitmap.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
        bitmap.set(ValueLayout.JAVA_LONG_UNALIGNED, at, word | (1L << bit));
    }

    private static void checkPage(long pageSize) {
        if (Long.compareUnsigned(pageSize, 1L << PAGE_SHIFT) < 0 || Long.bitCount(pageSize) != 1) {
            throw new VfioException(Errno.EINVAL, Long.toUnsignedString(pageSize) + " is no page size");
        }
    }

    private void requireActive() {
        if (!active()) {
            throw new VfioException(Errno.EINVAL, "DMA is not logged");
        }
    }

    private static long max(long a, long b) {
        return Long.compareUnsigned(a, b) > 0 ? a : b;
    }

    private static long min(long a, long b) {
        return Long.compareUnsigned(a, b) < 0 ? a : b;
    }
}
