/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/**
 * VFIO_DEVICE_FEATURE of {@code linux/vfio.h}: its request, the indexes of all features, and the data of those that are not about migration
 * ({@link VfioMigration}, {@link VfioDmaLogging}).
 */
public final class VfioFeature {
    /** The feature's own data stand behind it. */
    public static final Struct FEATURE = Struct.named("vfio_device_feature")
            .u32("argsz")
            .u32("flags")
            .flexible("data", 1)
            .build();

    public static final Struct.U32 FEATURE_ARGSZ = FEATURE.u32("argsz");
    public static final Struct.U32 FEATURE_FLAGS = FEATURE.u32("flags");

    /** Parts of {@code vfio_device_feature.flags}: the index, and what is wanted. */
    public static final int VFIO_DEVICE_FEATURE_MASK = 0xffff;

    public static final int VFIO_DEVICE_FEATURE_GET = 1 << 16;
    public static final int VFIO_DEVICE_FEATURE_SET = 1 << 17;
    public static final int VFIO_DEVICE_FEATURE_PROBE = 1 << 18;

    /** Feature indexes. */
    public static final int VFIO_DEVICE_FEATURE_PCI_VF_TOKEN = 0;

    public static final int VFIO_DEVICE_FEATURE_MIGRATION = 1;
    public static final int VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE = 2;
    public static final int VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY = 3;
    public static final int VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP = 4;
    public static final int VFIO_DEVICE_FEATURE_LOW_POWER_EXIT = 5;
    public static final int VFIO_DEVICE_FEATURE_DMA_LOGGING_START = 6;
    public static final int VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP = 7;
    public static final int VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT = 8;
    public static final int VFIO_DEVICE_FEATURE_MIG_DATA_SIZE = 9;
    public static final int VFIO_DEVICE_FEATURE_BUS_MASTER = 10;
    public static final int VFIO_DEVICE_FEATURE_DMA_BUF = 11;
    public static final int VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 = 12;
    public static final int VFIO_DEVICE_FEATURE_ZPCI_ERROR = 13;

    public static final Struct LOW_POWER_WAKEUP = Struct.named("vfio_device_low_power_entry_with_wakeup")
            .s32("wakeup_eventfd")
            .u32("reserved")
            .build();
    public static final Struct.U32 LOW_POWER_WAKEUP_WAKEUP_EVENTFD = LOW_POWER_WAKEUP.u32("wakeup_eventfd");

    public static final Struct BUS_MASTER =
            Struct.named("vfio_device_feature_bus_master").u32("op").build();
    public static final Struct.U32 BUS_MASTER_OP = BUS_MASTER.u32("op");

    /** Values of {@code vfio_device_feature_bus_master.op}. */
    public static final int VFIO_DEVICE_FEATURE_CLEAR_MASTER = 0;

    public static final int VFIO_DEVICE_FEATURE_SET_MASTER = 1;

    /** A dmabuf over {@code nr_ranges} parts of a region, {@link #DMA_RANGE} each, behind it. */
    public static final Struct DMA_BUF = Struct.named("vfio_device_feature_dma_buf")
            .u32("region_index")
            .u32("open_flags")
            .u32("flags")
            .u32("nr_ranges")
            .flexible("dma_ranges", Long.BYTES)
            .build();

    public static final Struct.U32 DMA_BUF_REGION_INDEX = DMA_BUF.u32("region_index");
    public static final Struct.U32 DMA_BUF_OPEN_FLAGS = DMA_BUF.u32("open_flags");
    public static final Struct.U32 DMA_BUF_FLAGS = DMA_BUF.u32("flags");
    public static final Struct.U32 DMA_BUF_NR_RANGES = DMA_BUF.u32("nr_ranges");

    public static final Struct DMA_RANGE =
            Struct.named("vfio_region_dma_range").u64("offset").u64("length").build();
    public static final Struct.U64 DMA_RANGE_OFFSET = DMA_RANGE.u64("offset");
    public static final Struct.U64 DMA_RANGE_LENGTH = DMA_RANGE.u64("length");

    private VfioFeature() {}
}
