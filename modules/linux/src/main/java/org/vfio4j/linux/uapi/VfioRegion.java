/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** Regions of {@code linux/vfio.h}: what VFIO_DEVICE_GET_REGION_INFO answers, and the capabilities behind it. */
public final class VfioRegion {
    public static final Struct INFO = Struct.named("vfio_region_info")
            .u32("argsz")
            .u32("flags")
            .u32("index")
            .u32("cap_offset")
            .u64("size")
            .u64("offset")
            .build();
    public static final Struct.U32 INFO_ARGSZ = INFO.u32("argsz");
    public static final Struct.U32 INFO_FLAGS = INFO.u32("flags");
    public static final Struct.U32 INFO_INDEX = INFO.u32("index");
    public static final Struct.U32 INFO_CAP_OFFSET = INFO.u32("cap_offset");
    public static final Struct.U64 INFO_SIZE = INFO.u64("size");
    public static final Struct.U64 INFO_OFFSET = INFO.u64("offset");

    /** Bits of {@code vfio_region_info.flags}. */
    public static final int VFIO_REGION_INFO_FLAG_READ = 1 << 0;

    public static final int VFIO_REGION_INFO_FLAG_WRITE = 1 << 1;
    public static final int VFIO_REGION_INFO_FLAG_MMAP = 1 << 2;
    public static final int VFIO_REGION_INFO_FLAG_CAPS = 1 << 3;

    /** Capabilities in the chain behind it. */
    public static final int VFIO_REGION_INFO_CAP_SPARSE_MMAP = 1;

    public static final int VFIO_REGION_INFO_CAP_TYPE = 2;
    public static final int VFIO_REGION_INFO_CAP_MSIX_MAPPABLE = 3;
    public static final int VFIO_REGION_INFO_CAP_NVLINK2_SSATGT = 4;
    public static final int VFIO_REGION_INFO_CAP_NVLINK2_LNKSPD = 5;

    /** Which parts may be mapped: {@code nr_areas} of {@link #SPARSE_AREA} behind it. */
    public static final Struct SPARSE_MMAP = Struct.named("vfio_region_info_cap_sparse_mmap")
            .struct("header", VfioCapability.HEADER)
            .u32("nr_areas")
            .u32("reserved")
            .flexible("areas", Long.BYTES)
            .build();

    public static final Struct.U32 SPARSE_MMAP_NR_AREAS = SPARSE_MMAP.u32("nr_areas");

    public static final Struct SPARSE_AREA = Struct.named("vfio_region_sparse_mmap_area")
            .u64("offset")
            .u64("size")
            .build();
    public static final Struct.U64 SPARSE_AREA_OFFSET = SPARSE_AREA.u64("offset");
    public static final Struct.U64 SPARSE_AREA_SIZE = SPARSE_AREA.u64("size");

    /** What a region beyond the fixed indexes is. */
    public static final Struct CAP_TYPE = Struct.named("vfio_region_info_cap_type")
            .struct("header", VfioCapability.HEADER)
            .u32("type")
            .u32("subtype")
            .build();

    public static final Struct.U32 CAP_TYPE_TYPE = CAP_TYPE.u32("type");
    public static final Struct.U32 CAP_TYPE_SUBTYPE = CAP_TYPE.u32("subtype");

    /** Types: one of these, or the vendor bit with a PCI vendor id. */
    public static final int VFIO_REGION_TYPE_PCI_VENDOR_TYPE = 1 << 31;

    public static final int VFIO_REGION_TYPE_PCI_VENDOR_MASK = 0xffff;
    public static final int VFIO_REGION_TYPE_GFX = 1;
    public static final int VFIO_REGION_TYPE_CCW = 2;
    public static final int VFIO_REGION_TYPE_MIGRATION_DEPRECATED = 3;

    /** Subtypes of Intel's vendor type (8086). */
    public static final int VFIO_REGION_SUBTYPE_INTEL_IGD_OPREGION = 1;

    public static final int VFIO_REGION_SUBTYPE_INTEL_IGD_HOST_CFG = 2;
    public static final int VFIO_REGION_SUBTYPE_INTEL_IGD_LPC_CFG = 3;

    /** Subtype of the type GFX: {@link VfioGfx#EDID}. */
    public static final int VFIO_REGION_SUBTYPE_GFX_EDID = 1;

    /** Subtype of the type of migration version 1, which kernels before 5.18 had. */
    public static final int VFIO_REGION_SUBTYPE_MIGRATION_DEPRECATED = 1;

    private VfioRegion() {}
}
