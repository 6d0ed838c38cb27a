/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import static org.vfio4j.linux.uapi.Iommufd.IOMMU_IOAS_MAP;
import static org.vfio4j.linux.uapi.Iommufd.IOMMU_IOAS_MAP_FIXED_IOVA;
import static org.vfio4j.linux.uapi.Iommufd.IOMMU_IOAS_MAP_READABLE;
import static org.vfio4j.linux.uapi.Iommufd.IOMMU_IOAS_MAP_WRITEABLE;
import static org.vfio4j.linux.uapi.Iommufd.IOMMU_IOAS_UNMAP;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_IOMMU_MAP_DMA;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_IOMMU_UNMAP_DMA;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.uapi.Iommufd;
import org.vfio4j.linux.uapi.VfioType1;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;

/** Where a kernel device's DMA goes: a container's type1 IOMMU, or an I/O address space of an iommufd. */
sealed interface AddressSpace {
    /** Maps this process's {@code memory}, which must stay where it is. */
    void map(IovaRange range, int access, MemorySegment memory);

    /** Unmaps what {@link #map} mapped with this range. */
    void unmap(IovaRange range);

    /** VFIO_IOMMU_MAP_DMA and VFIO_IOMMU_UNMAP_DMA. */
    record Type1(Fd container) implements AddressSpace {
        @Override
        public void map(IovaRange range, int access, MemorySegment memory) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment map = VfioType1.DMA_MAP.request(arena);
                VfioType1.DMA_MAP_FLAGS.set(map, access);
                VfioType1.DMA_MAP_VADDR.set(map, memory.address());
                VfioType1.DMA_MAP_IOVA.set(map, range.first());
                VfioType1.DMA_MAP_SIZE.set(map, range.length());
                VFIO_IOMMU_MAP_DMA.call(container, map);
            }
        }

        @Override
        public void unmap(IovaRange range) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment unmap = VfioType1.DMA_UNMAP.request(arena);
                VfioType1.DMA_UNMAP_IOVA.set(unmap, range.first());
                VfioType1.DMA_UNMAP_SIZE.set(unmap, range.length());
                VFIO_IOMMU_UNMAP_DMA.call(container, unmap);
            }
        }
    }

    /** IOMMU_IOAS_MAP and IOMMU_IOAS_UNMAP. */
    record Ioas(Fd iommu, int id) implements AddressSpace {
        @Override
        public void map(IovaRange range, int access, MemorySegment memory) {
            int readable = (access & DmaMapping.READ) != 0 ? IOMMU_IOAS_MAP_READABLE : 0;
            int writable = (access & DmaMapping.WRITE) != 0 ? IOMMU_IOAS_MAP_WRITEABLE : 0;
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment map = Iommufd.IOAS_MAP.allocate(arena);
                Iommufd.IOAS_MAP_SIZE.set(map, (int) Iommufd.IOAS_MAP.size());
                Iommufd.IOAS_MAP_FLAGS.set(map, IOMMU_IOAS_MAP_FIXED_IOVA | readable | writable);
                Iommufd.IOAS_MAP_IOAS_ID.set(map, id);
                Iommufd.IOAS_MAP_USER_VA.set(map, memory.address());
                Iommufd.IOAS_MAP_LENGTH.set(map, range.length());
                Iommufd.IOAS_MAP_IOVA.set(map, range.first());
                IOMMU_IOAS_MAP.call(iommu, map);
            }
        }

        @Override
        public void unmap(IovaRange range) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment unmap = Iommufd.IOAS_UNMAP.allocate(arena);
                Iommufd.IOAS_UNMAP_SIZE.set(unmap, (int) Iommufd.IOAS_UNMAP.size());
                Iommufd.IOAS_UNMAP_IOAS_ID.set(unmap, id);
                Iommufd.IOAS_UNMAP_IOVA.set(unmap, range.first());
                Iommufd.IOAS_UNMAP_LENGTH.set(unmap, range.length());
                IOMMU_IOAS_UNMAP.call(iommu, unmap);
            }
        }
    }
}
