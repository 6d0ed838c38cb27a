/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/**
 * {@code linux/iommufd.h} as far as a user of {@link VfioCdev} needs it: an I/O address space, mapping in it, and what the IOMMU can do.
 * Every request begins with its own size.
 */
public final class Iommufd {
    public static final int IOMMUFD_TYPE = ';';

    public static final IoctlNumber IOMMU_DESTROY = IoctlNumber.io("IOMMU_DESTROY", IOMMUFD_TYPE, 0x80);
    public static final IoctlNumber IOMMU_IOAS_ALLOC = IoctlNumber.io("IOMMU_IOAS_ALLOC", IOMMUFD_TYPE, 0x81);
    public static final IoctlNumber IOMMU_IOAS_IOVA_RANGES =
            IoctlNumber.io("IOMMU_IOAS_IOVA_RANGES", IOMMUFD_TYPE, 0x84);
    public static final IoctlNumber IOMMU_IOAS_MAP = IoctlNumber.io("IOMMU_IOAS_MAP", IOMMUFD_TYPE, 0x85);
    public static final IoctlNumber IOMMU_IOAS_UNMAP = IoctlNumber.io("IOMMU_IOAS_UNMAP", IOMMUFD_TYPE, 0x86);
    public static final IoctlNumber IOMMU_VFIO_IOAS = IoctlNumber.io("IOMMU_VFIO_IOAS", IOMMUFD_TYPE, 0x88);
    public static final IoctlNumber IOMMU_GET_HW_INFO = IoctlNumber.io("IOMMU_GET_HW_INFO", IOMMUFD_TYPE, 0x8a);

    public static final Struct DESTROY =
            Struct.named("iommu_destroy").u32("size").u32("id").build();
    public static final Struct.U32 DESTROY_SIZE = DESTROY.u32("size");
    public static final Struct.U32 DESTROY_ID = DESTROY.u32("id");

    public static final Struct IOAS_ALLOC = Struct.named("iommu_ioas_alloc")
            .u32("size")
            .u32("flags")
            .u32("out_ioas_id")
            .build();
    public static final Struct.U32 IOAS_ALLOC_SIZE = IOAS_ALLOC.u32("size");
    public static final Struct.U32 IOAS_ALLOC_FLAGS = IOAS_ALLOC.u32("flags");
    public static final Struct.U32 IOAS_ALLOC_OUT_IOAS_ID = IOAS_ALLOC.u32("out_ioas_id");

    /** {@code allowed_iovas} is the address of room for {@code num_iovas} of {@link #IOVA_RANGE}; EMSGSIZE if more are needed. */
    public static final Struct IOAS_IOVA_RANGES = Struct.named("iommu_ioas_iova_ranges")
            .u32("size")
            .u32("ioas_id")
            .u32("num_iovas")
            .u32("__reserved")
            .u64("allowed_iovas")
            .u64("out_iova_alignment")
            .build();

    public static final Struct.U32 IOAS_IOVA_RANGES_SIZE = IOAS_IOVA_RANGES.u32("size");
    public static final Struct.U32 IOAS_IOVA_RANGES_IOAS_ID = IOAS_IOVA_RANGES.u32("ioas_id");
    public static final Struct.U32 IOAS_IOVA_RANGES_NUM_IOVAS = IOAS_IOVA_RANGES.u32("num_iovas");
    public static final Struct.U64 IOAS_IOVA_RANGES_ALLOWED_IOVAS = IOAS_IOVA_RANGES.u64("allowed_iovas");
    public static final Struct.U64 IOAS_IOVA_RANGES_OUT_IOVA_ALIGNMENT = IOAS_IOVA_RANGES.u64("out_iova_alignment");

    public static final Struct IOVA_RANGE =
            Struct.named("iommu_iova_range").u64("start").u64("last").build();
    public static final Struct.U64 IOVA_RANGE_START = IOVA_RANGE.u64("start");
    public static final Struct.U64 IOVA_RANGE_LAST = IOVA_RANGE.u64("last");

    public static final Struct IOAS_MAP = Struct.named("iommu_ioas_map")
            .u32("size")
            .u32("flags")
            .u32("ioas_id")
            .u32("__reserved")
            .u64("user_va")
            .u64("length")
            .u64("iova")
            .build();
    public static final Struct.U32 IOAS_MAP_SIZE = IOAS_MAP.u32("size");
    public static final Struct.U32 IOAS_MAP_FLAGS = IOAS_MAP.u32("flags");
    public static final Struct.U32 IOAS_MAP_IOAS_ID = IOAS_MAP.u32("ioas_id");
    public static final Struct.U64 IOAS_MAP_USER_VA = IOAS_MAP.u64("user_va");
    public static final Struct.U64 IOAS_MAP_LENGTH = IOAS_MAP.u64("length");
    public static final Struct.U64 IOAS_MAP_IOVA = IOAS_MAP.u64("iova");

    /** {@code enum iommufd_ioas_map_flags}. */
    public static final int IOMMU_IOAS_MAP_FIXED_IOVA = 1 << 0;

    public static final int IOMMU_IOAS_MAP_WRITEABLE = 1 << 1;
    public static final int IOMMU_IOAS_MAP_READABLE = 1 << 2;

    public static final Struct IOAS_UNMAP = Struct.named("iommu_ioas_unmap")
            .u32("size")
            .u32("ioas_id")
            .u64("iova")
            .u64("length")
            .build();
    public static final Struct.U32 IOAS_UNMAP_SIZE = IOAS_UNMAP.u32("size");
    public static final Struct.U32 IOAS_UNMAP_IOAS_ID = IOAS_UNMAP.u32("ioas_id");
    public static final Struct.U64 IOAS_UNMAP_IOVA = IOAS_UNMAP.u64("iova");
    public static final Struct.U64 IOAS_UNMAP_LENGTH = IOAS_UNMAP.u64("length");

    /** Which address space stands for the container when /dev/iommu is used as one. */
    public static final Struct VFIO_IOAS = Struct.named("iommu_vfio_ioas")
            .u32("size")
            .u32("ioas_id")
            .u16("op")
            .u16("__reserved")
            .build();

    public static final Struct.U32 VFIO_IOAS_SIZE = VFIO_IOAS.u32("size");
    public static final Struct.U32 VFIO_IOAS_IOAS_ID = VFIO_IOAS.u32("ioas_id");
    public static final Struct.U16 VFIO_IOAS_OP = VFIO_IOAS.u16("op");

    /** {@code enum iommufd_vfio_ioas_op}. */
    public static final int IOMMU_VFIO_IOAS_GET = 0;

    public static final int IOMMU_VFIO_IOAS_SET = 1;
    public static final int IOMMU_VFIO_IOAS_CLEAR = 2;

    public static final Struct HW_INFO = Struct.named("iommu_hw_info")
            .u32("size")
            .u32("flags")
            .u32("dev_id")
            .u32("data_len")
            .u64("data_uptr")
            .u32("out_data_type")
            .or("in_data_type")
            .u8("out_max_pasid_log2")
            .bytes("__reserved", 3)
            .u64("out_capabilities")
            .build();
    public static final Struct.U32 HW_INFO_SIZE = HW_INFO.u32("size");
    public static final Struct.U32 HW_INFO_FLAGS = HW_INFO.u32("flags");
    public static final Struct.U32 HW_INFO_DEV_ID = HW_INFO.u32("dev_id");
    public static final Struct.U32 HW_INFO_DATA_LEN = HW_INFO.u32("data_len");
    public static final Struct.U64 HW_INFO_DATA_UPTR = HW_INFO.u64("data_uptr");
    public static final Struct.U32 HW_INFO_OUT_DATA_TYPE = HW_INFO.u32("out_data_type");
    public static final Struct.U32 HW_INFO_IN_DATA_TYPE = HW_INFO.u32("in_data_type");
    public static final Struct.U64 HW_INFO_OUT_CAPABILITIES = HW_INFO.u64("out_capabilities");

    /** Bit of {@code iommu_hw_info.out_capabilities}: the IOMMU tracks dirty pages. */
    public static final long IOMMU_HW_CAP_DIRTY_TRACKING = 1 << 0;

    private Iommufd() {}
}
