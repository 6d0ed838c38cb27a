/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** Dirty tracking by the device itself, of {@code linux/vfio.h}. */
public final class VfioDmaLogging {
    /** {@code ranges} is the address of {@code num_ranges} of {@link #RANGE}. */
    public static final Struct CONTROL = Struct.named("vfio_device_feature_dma_logging_control")
            .u64("page_size")
            .u32("num_ranges")
            .u32("__reserved")
            .u64("ranges")
            .build();

    public static final Struct.U64 CONTROL_PAGE_SIZE = CONTROL.u64("page_size");
    public static final Struct.U32 CONTROL_NUM_RANGES = CONTROL.u32("num_ranges");
    public static final Struct.U64 CONTROL_RANGES = CONTROL.u64("ranges");

    public static final Struct RANGE = Struct.named("vfio_device_feature_dma_logging_range")
            .u64("iova")
            .u64("length")
            .build();
    public static final Struct.U64 RANGE_IOVA = RANGE.u64("iova");
    public static final Struct.U64 RANGE_LENGTH = RANGE.u64("length");

    /** {@code bitmap} is the address of one bit for each page. */
    public static final Struct REPORT = Struct.named("vfio_device_feature_dma_logging_report")
            .u64("iova")
            .u64("length")
            .u64("page_size")
            .u64("bitmap")
            .build();

    public static final Struct.U64 REPORT_IOVA = REPORT.u64("iova");
    public static final Struct.U64 REPORT_LENGTH = REPORT.u64("length");
    public static final Struct.U64 REPORT_PAGE_SIZE = REPORT.u64("page_size");
    public static final Struct.U64 REPORT_BITMAP = REPORT.u64("bitmap");

    private VfioDmaLogging() {}
}
