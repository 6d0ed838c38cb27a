/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** The type1 IOMMU of {@code linux/vfio.h}: what a container can map, and mapping it. */
public final class VfioType1 {
    public static final Struct INFO = Struct.named("vfio_iommu_type1_info")
            .u32("argsz")
            .u32("flags")
            .u64("iova_pgsizes")
            .minsz()
            .u32("cap_offset")
            .u32("pad")
            .build();
    public static final Struct.U32 INFO_ARGSZ = INFO.u32("argsz");
    public static final Struct.U32 INFO_FLAGS = INFO.u32("flags");
    public static final Struct.U64 INFO_IOVA_PGSIZES = INFO.u64("iova_pgsizes");
    public static final Struct.U32 INFO_CAP_OFFSET = INFO.u32("cap_offset");

    /** Bits of {@code vfio_iommu_type1_info.flags}. */
    public static final int VFIO_IOMMU_INFO_PGSIZES = 1 << 0;

    public static final int VFIO_IOMMU_INFO_CAPS = 1 << 1;

    /** Capabilities in the chain behind it. */
    public static final int VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1;

    public static final int VFIO_IOMMU_TYPE1_INFO_CAP_MIGRATION = 2;
    public static final int VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL = 3;

    /** {@code nr_iovas} of {@link #IOVA_RANGE} stand behind it. */
    public static final Struct CAP_IOVA_RANGE = Struct.named("vfio_iommu_type1_info_cap_iova_range")
            .struct("header", VfioCapability.HEADER)
            .u32("nr_iovas")
            .u32("reserved")
            .flexible("iova_ranges", Long.BYTES)
            .build();

    public static final Struct.U32 CAP_IOVA_RANGE_NR_IOVAS = CAP_IOVA_RANGE.u32("nr_iovas");

    /** Both ends belong to it. */
    public static final Struct IOVA_RANGE =
            Struct.named("vfio_iova_range").u64("start").u64("end").build();

    public static final Struct.U64 IOVA_RANGE_START = IOVA_RANGE.u64("start");
    public static final Struct.U64 IOVA_RANGE_END = IOVA_RANGE.u64("end");

    public static final Struct CAP_MIGRATION = Struct.named("vfio_iommu_type1_info_cap_migration")
            .struct("header", VfioCapability.HEADER)
            .u32("flags")
            .u64("pgsize_bitmap")
            .u64("max_dirty_bitmap_size")
            .build();
    public static final Struct.U32 CAP_MIGRATION_FLAGS = CAP_MIGRATION.u32("flags");
    public static final Struct.U64 CAP_MIGRATION_PGSIZE_BITMAP = CAP_MIGRATION.u64("pgsize_bitmap");
    public static final Struct.U64 CAP_MIGRATION_MAX_DIRTY_BITMAP_SIZE = CAP_MIGRATION.u64("max_dirty_bitmap_size");

    public static final Struct DMA_AVAIL = Struct.named("vfio_iommu_type1_info_dma_avail")
            .struct("header", VfioCapability.HEADER)
            .u32("avail")
            .build();
    public static final Struct.U32 DMA_AVAIL_AVAIL = DMA_AVAIL.u32("avail");

    public static final Struct DMA_MAP = Struct.named("vfio_iommu_type1_dma_map")
            .u32("argsz")
            .u32("flags")
            .u64("vaddr")
            .u64("iova")
            .u64("size")
            .build();
    public static final Struct.U32 DMA_MAP_ARGSZ = DMA_MAP.u32("argsz");
    public static final Struct.U32 DMA_MAP_FLAGS = DMA_MAP.u32("flags");
    public static final Struct.U64 DMA_MAP_VADDR = DMA_MAP.u64("vaddr");
    public static final Struct.U64 DMA_MAP_IOVA = DMA_MAP.u64("iova");
    public static final Struct.U64 DMA_MAP_SIZE = DMA_MAP.u64("size");

    /** Bits of {@code vfio_iommu_type1_dma_map.flags}. */
    public static final int VFIO_DMA_MAP_FLAG_READ = 1 << 0;

    public static final int VFIO_DMA_MAP_FLAG_WRITE = 1 << 1;
    public static final int VFIO_DMA_MAP_FLAG_VADDR = 1 << 2;

    /** With the flag for the dirty bitmap a {@link #BITMAP} stands behind it. */
    public static final Struct DMA_UNMAP = Struct.named("vfio_iommu_type1_dma_unmap")
            .u32("argsz")
            .u32("flags")
            .u64("iova")
            .u64("size")
            .flexible("data", 1)
            .build();

    public static final Struct.U32 DMA_UNMAP_ARGSZ = DMA_UNMAP.u32("argsz");
    public static final Struct.U32 DMA_UNMAP_FLAGS = DMA_UNMAP.u32("flags");
    public static final Struct.U64 DMA_UNMAP_IOVA = DMA_UNMAP.u64("iova");
    public static final Struct.U64 DMA_UNMAP_SIZE = DMA_UNMAP.u64("size");

    /** Bits of {@code vfio_iommu_type1_dma_unmap.flags}. */
    public static final int VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP = 1 << 0;

    public static final int VFIO_DMA_UNMAP_FLAG_ALL = 1 << 1;
    public static final int VFIO_DMA_UNMAP_FLAG_VADDR = 1 << 2;

    /** {@code data} is the address of {@code size} bytes, one bit for each page. */
    public static final Struct BITMAP =
            Struct.named("vfio_bitmap").u64("pgsize").u64("size").u64("data").build();

    public static final Struct.U64 BITMAP_PGSIZE = BITMAP.u64("pgsize");
    public static final Struct.U64 BITMAP_SIZE = BITMAP.u64("size");
    public static final Struct.U64 BITMAP_DATA = BITMAP.u64("data");

    public static final Struct DIRTY_BITMAP = Struct.named("vfio_iommu_type1_dirty_bitmap")
            .u32("argsz")
            .u32("flags")
            .flexible("data", 1)
            .build();
    public static final Struct.U32 DIRTY_BITMAP_ARGSZ = DIRTY_BITMAP.u32("argsz");
    public static final Struct.U32 DIRTY_BITMAP_FLAGS = DIRTY_BITMAP.u32("flags");

    /** Bits of {@code vfio_iommu_type1_dirty_bitmap.flags}. */
    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_START = 1 << 0;

    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_STOP = 1 << 1;
    public static final int VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP = 1 << 2;

    public static final Struct DIRTY_BITMAP_GET = Struct.named("vfio_iommu_type1_dirty_bitmap_get")
            .u64("iova")
            .u64("size")
            .struct("bitmap", BITMAP)
            .build();
    public static final Struct.U64 DIRTY_BITMAP_GET_IOVA = DIRTY_BITMAP_GET.u64("iova");
    public static final Struct.U64 DIRTY_BITMAP_GET_SIZE = DIRTY_BITMAP_GET.u64("size");
    public static final Struct.U64 DIRTY_BITMAP_GET_BITMAP_PGSIZE = DIRTY_BITMAP_GET.u64("bitmap.pgsize");
    public static final Struct.U64 DIRTY_BITMAP_GET_BITMAP_SIZE = DIRTY_BITMAP_GET.u64("bitmap.size");
    public static final Struct.U64 DIRTY_BITMAP_GET_BITMAP_DATA = DIRTY_BITMAP_GET.u64("bitmap.data");

    private VfioType1() {}
}
