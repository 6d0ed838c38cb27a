/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.uapi.VfioType1;

/**
 * Memory of its user that a device may reach: VFIO_IOMMU_MAP_DMA of {@code linux/vfio.h}, DMA_MAP of vfio-user.
 *
 * @param range where the device finds it
 * @param access {@link #READ}, {@link #WRITE} or both: what the device may do with it
 * @param memory what is there
 */
public record DmaMapping(IovaRange range, int access, Memory memory) {
    /** {@code VFIO_DMA_MAP_FLAG_READ}: the device may read it. */
    public static final int READ = VfioType1.VFIO_DMA_MAP_FLAG_READ;

    /** {@code VFIO_DMA_MAP_FLAG_WRITE}: the device may write it. */
    public static final int WRITE = VfioType1.VFIO_DMA_MAP_FLAG_WRITE;

    /** EINVAL for no or unknown access, and for all the address space. */
    public DmaMapping {
        if (range.equals(IovaRange.ALL)) {
            throw new VfioException(Errno.EINVAL, "a mapping of all the address space");
        }
        if (access == 0 || (access & ~(READ | WRITE)) != 0) {
            throw new VfioException(Errno.EINVAL, "a mapping with the access 0x" + Integer.toHexString(access));
        }
    }

    /** Where the bytes are. */
    public sealed interface Memory {}

    /**
     * Bytes of a file, which can be mapped.
     *
     * @param fd stays the caller's, and may be closed once the mapping is made
     * @param offset of the range's first byte in the file, a multiple of the page size
     */
    public record File(Fd fd, long offset) implements Memory {}

    /**
     * Bytes that only their owner can reach.
     *
     * @param owner reaches them for the device
     */
    public record Remote(Owner owner) implements Memory {}

    /**
     * Reads and writes memory for a device that cannot map it, such as a vfio-user client that passed no descriptor. Called by the thread that
     * uses the device, within a call of the device. What fails is an {@link org.vfio4j.linux.ErrnoException}.
     */
    public interface Owner {
        /** Fills {@code into} from {@code iova} on. */
        void read(long iova, MemorySegment into);

        /** Writes {@code from} to {@code iova} and the addresses behind it. */
        void write(long iova, MemorySegment from);

        /**
         * The same memory for a device that can be used again while it waits for it: see {@link org.vfio4j.vfio.dma.DmaSpace#reentrant}. An
         * owner that never waits for the device's user has nothing to do differently.
         */
        default Owner reentrant() {
            return this;
        }
    }
}
