/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.dma;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.VfioException;

/**
 * The memory that a device's user has mapped for it, as the device sees it: an address space in which it reads and writes. Nothing is copied
 * where the memory is mapped; where it is not, its owner is asked. Every access is checked: one that is not wholly in mapped memory, or not
 * allowed there, is EFAULT, and so is one whose memory has vanished since (the user cut his file short). EDEADLK is one whose owner waits for
 * the device and so cannot answer.
 *
 * <p>While DMA is logged every write leaves a mark. One thread at a time, as the device. Reading and writing mapped memory allocates nothing.
 */
public final class DmaSpace implements AutoCloseable {
    /** As many as the kernel's type1 allows a user by default ({@code dma_entry_limit}). */
    public static final int MAX_MAPPINGS = 65535;

    private final FileMappings files = new FileMappings();
    private final DirtyPages dirty = new DirtyPages();

    /** By their addresses, unsigned. */
    private Area[] areas = {};

    private final boolean reentrant;

    /** Nothing is mapped. While the device waits here for memory that is not mapped, nobody uses it. */
    public DmaSpace() {
        this(false);
    }

    private DmaSpace(boolean reentrant) {
        this.reentrant = reentrant;
    }

    /**
     * The same for a device that can be used again while it waits here, as hardware can: within {@link #read} and {@link #write} of memory that
     * is not mapped, called from a write to one of its regions, that same thread may read and write its regions and set its interrupts. So a
     * driver that polls a register until the device is done gets its answer; the device shows that it is busy, and is ready for anything a guest
     * may write meanwhile. Memory that is not mapped and asked for within such an access is EBUSY.
     */
    public static DmaSpace reentrant() {
        return new DmaSpace(true);
    }

    /**
     * A mapping.
     *
     * @param bytes of it, where it is a file's
     * @param owner asked where it is not
     */
    private record Area(
            IovaRange range,
            int access,
            @Nullable MemorySegment bytes,
            DmaMapping.@Nullable Owner owner,
            Runnable release) {}

    /** {@link org.vfio4j.vfio.VfioDevice#mapDma}; ENOSPC behind {@link #MAX_MAPPINGS}. */
    public void map(DmaMapping mapping) {
        IovaRange range = mapping.range();
        int at = firstBehind(range.first());
        if (at < areas.length && areas[at].range.overlaps(range)) {
            throw new VfioException(Errno.EEXIST, range + " overlaps the mapping " + areas[at].range);
        }
        if (areas.length >= MAX_MAPPINGS) {
            throw new VfioException(Errno.ENOSPC, MAX_MAPPINGS + " mappings are all there can be");
        }
        Area area = switch (mapping.memory()) {
            case DmaMapping.File file -> {
                boolean writable = (mapping.access() & DmaMapping.WRITE) != 0;
                FileMappings.Piece piece = files.map(file, range.length(), writable);
                yield new Area(range, mapping.access(), piece.bytes(), null, piece.release());
            }
            case DmaMapping.Remote(DmaMapping.Owner owner) ->
                new Area(range, mapping.access(), null, reentrant ? owner.reentrant() : owner, () -> {});
        };
        Area[] more = new Area[areas.length + 1];
        System.arraycopy(areas, 0, more, 0, at);
        more[at] = area;
        System.arraycopy(areas, at, more, at + 1, areas.length - at);
        areas = more;
    }

    /** {@link org.vfio4j.vfio.VfioDevice#unmapDma}. */
    public void unmap(IovaRange range) {
        int from = firstBehind(range.first());
        int to = from;
        while (to < areas.length && areas[to].range.overlaps(range)) {
            if (!range.contains(areas[to].range)) {
                throw new VfioException(Errno.EINVAL, range + " would cut the mapping " + areas[to].range + " in two");
            }
            to++;
        }
        Area[] gone = Arrays.copyOfRange(areas, from, to);
        Area[] left = new Area[areas.length - gone.length];
        System.arraycopy(areas, 0, left, 0, from);
        System.arraycopy(areas, to, left, from, areas.length - to);
        areas = left;
        for (Area area : gone) {
            area.release.run();
        }
    }

    /** The device reads {@code into.byteSize()} bytes at {@code iova}. */
    public void read(long iova, MemorySegment into) {
        transfer(iova, into, DmaMapping.READ);
    }

    /** The device writes {@code from.byteSize()} bytes at {@code iova}. If it fails, some of them may have been written. */
    public void write(long iova, MemorySegment from) {
        transfer(iova, from, DmaMapping.WRITE);
    }

    /**
     * The memory itself, for a device that would rather work on it than copy; good until the device's current call returns. Touching it can end
     * in an {@link InternalError} if its user cuts the file short, so a copy is the safer way to read what must be there.
     *
     * @param access {@link DmaMapping#READ}, {@link DmaMapping#WRITE} or both; all of what may be written counts as written
     * @return empty where the range is not in one mapping of a file
     */
    public Optional<MemorySegment> view(IovaRange range, int access) {
        Area area = require(range.first(), access);
        if (area.bytes == null || !area.range.contains(range)) {
            return Optional.empty();
        }
        mark(range.first(), range.length(), access);
        return Optional.of(area.bytes.asSlice(range.first() - area.range.first(), range.length()));
    }

    /** {@link org.vfio4j.vfio.VfioDevice#startDmaLogging}. */
    public void startLogging(long pageSize, List<IovaRange> ranges) {
        dirty.start(pageSize, ranges);
    }

    /** {@link org.vfio4j.vfio.VfioDevice#stopDmaLogging}. */
    public void stopLogging() {
        dirty.stop();
    }

    /** {@link org.vfio4j.vfio.VfioDevice#reportDmaLogging}. */
    public void reportLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        dirty.report(range, pageSize, bitmap);
    }

    /** How many mappings there are. */
    public int mappings() {
        return areas.length;
    }

    /** Takes every mapping away and ends logging; the space can be used again. */
    @Override
    public void close() {
        Area[] gone = areas;
        areas = new Area[0];
        dirty.forget();
        for (Area area : gone) {
            area.release.run();
        }
    }

    private void transfer(long iova, MemorySegment bytes, int access) {
        long done = 0;
        while (done < bytes.byteSize()) {
            long at = iova + done;
            Area area = require(at, access);
            long skip = at - area.range.first();
            long left = area.range.length() - skip;
            long count = Long.compareUnsigned(left, bytes.byteSize() - done) < 0 ? left : bytes.byteSize() - done;
            mark(at, count, access);
            if (area.bytes != null) {
                copy(area.bytes, skip, bytes, done, count, access);
            } else if (area.owner != null) {
                boolean whole = count == bytes.byteSize();
                ask(area.owner, at, whole ? bytes : bytes.asSlice(done, count), access);
            }
            done += count;
        }
    }

    private static void copy(MemorySegment memory, long at, MemorySegment bytes, long from, long count, int access) {
        try {
            if (access == DmaMapping.READ) {
                MemorySegment.copy(memory, at, bytes, from, count);
            } else {
                MemorySegment.copy(bytes, from, memory, at, count);
            }
        } catch (InternalError e) {
            // How the JVM tells of SIGBUS on mapped memory.
            throw new VfioException(Errno.EFAULT, "the memory's file has been cut short");
        }
    }

    private static void ask(DmaMapping.Owner owner, long iova, MemorySegment bytes, int access) {
        if (access == DmaMapping.READ) {
            owner.read(iova, bytes);
        } else {
            owner.write(iova, bytes);
        }
    }

    private void mark(long iova, long length, int access) {
        if ((access & DmaMapping.WRITE) != 0 && dirty.active()) {
            dirty.mark(iova, length);
        }
    }

    private Area require(long iova, int access) {
        int at = firstBehind(iova);
        if (at == areas.length || Long.compareUnsigned(areas[at].range.first(), iova) > 0) {
            throw new VfioException(Errno.EFAULT, "nothing is mapped at 0x" + Long.toHexString(iova));
        }
        if ((areas[at].access & access) != access) {
            throw new VfioException(Errno.EFAULT, "the device may not do this with the mapping " + areas[at].range);
        }
        return areas[at];
    }

    /** The index of the first area whose last address is not before {@code iova}. */
    private int firstBehind(long iova) {
        int low = 0;
        int high = areas.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (Long.compareUnsigned(areas[middle].range.last(), iova) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
