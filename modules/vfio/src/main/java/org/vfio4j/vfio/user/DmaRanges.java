/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.VfioException;

/** The guest memory that a client has told a server of. */
final class DmaRanges {
    private final TreeMap<Long, Long> sizes = new TreeMap<>(Long::compareUnsigned);

    /** DMA_MAP. */
    void map(MemorySegment request, List<Fd> fds) {
        long iova = Wire.u64(request, Wire.MAP_IOVA);
        long size = Wire.u64(request, Wire.MAP_SIZE);
        int flags = Wire.u32(request, Wire.MAP_FLAGS);
        if (Integer.compareUnsigned(Wire.u32(request, Wire.ARGSZ), Wire.MAP_ARGSZ) < 0) {
            throw new VfioException(Errno.EINVAL, "argsz of less than " + Wire.MAP_ARGSZ);
        }
        if ((flags & ~(Wire.MAP_READ | Wire.MAP_WRITE)) != 0) {
            throw new VfioException(Errno.EINVAL, "mapping flags 0x" + Integer.toHexString(flags));
        }
        if (size == 0 || Long.compareUnsigned(iova + (size - 1), iova) < 0) {
            throw new VfioException(Errno.EINVAL, "a range of 0x" + Long.toHexString(size) + " bytes at 0x" + Long.toHexString(iova));
        }
        if (sizes.size() == Limits.DMA_MAPS) {
            throw new VfioException(Errno.ENOSPC, Limits.DMA_MAPS + " ranges are mapped already");
        }
        Map.@Nullable Entry<Long, Long> before = sizes.floorEntry(iova + (size - 1));
        if (before != null && Long.compareUnsigned(before.getKey() + (before.getValue() - 1), iova) >= 0) {
            throw new VfioException(Errno.EEXIST, "a range at 0x" + Long.toHexString(iova) + " is mapped already");
        }
        fds.forEach(Fd::close);
        sizes.put(iova, size);
    }

    /** DMA_UNMAP. */
    void unmap(MemorySegment request) {
        if (Integer.compareUnsigned(Wire.u32(request, Wire.ARGSZ), Wire.UNMAP_ARGSZ) < 0) {
            throw new VfioException(Errno.EINVAL, "argsz of less than " + Wire.UNMAP_ARGSZ);
        }
        int flags = Wire.u32(request, Wire.UNMAP_FLAGS);
        long iova = Wire.u64(request, Wire.UNMAP_IOVA);
        long size = Wire.u64(request, Wire.UNMAP_SIZE);
        if (flags == Wire.UNMAP_ALL && iova == 0 && size == 0) {
            sizes.clear();
            return;
        }
        if (flags != 0) {
            throw new VfioException(Errno.EINVAL, "unmapping flags 0x" + Integer.toHexString(flags));
        }
        Long mapped = sizes.get(iova);
        if (mapped == null || mapped != size) {
            throw new VfioException(Errno.ENOENT, "no range of 0x" + Long.toHexString(size) + " bytes is mapped at 0x" + Long.toHexString(iova));
        }
        sizes.remove(iova);
    }
}
