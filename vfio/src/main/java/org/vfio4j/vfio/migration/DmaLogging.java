/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.VfioException;

/**
 * The DMA logging features of a device that does no DMA: it can be asked to log and to report, and nothing is ever dirty.
 *
 * <p>The payloads are the kernel's, which name ranges and bitmap by address. Such an address is the caller's and is not followed here: what
 * the payload itself says is checked, and the bitmap, to which a report only adds, stays as it is.
 */
public final class DmaLogging {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** {@code struct vfio_device_feature_dma_logging_control}: u64 page_size, u32 num_ranges, u32 reserved, u64 ranges. */
    private static final long CONTROL_SIZE = 24;

    private static final long CONTROL_RANGES = 8;

    /** {@code struct vfio_device_feature_dma_logging_report}: u64 iova, u64 length, u64 page_size, u64 bitmap. */
    private static final long REPORT_SIZE = 32;

    private static final long REPORT_IOVA = 0;
    private static final long REPORT_LENGTH = 8;
    private static final long REPORT_PAGE_SIZE = 16;

    /** The kernel's own limit: ranges that fit into a page. */
    private static final int MAX_RANGES = 256;

    private static final long SMALLEST_PAGE = 4096;

    private DmaLogging() {}

    /** Adds DMA_LOGGING_START, _STOP and _REPORT to a device's features. */
    public static Features.Builder addTo(Features.Builder features) {
        return features.set(Feature.DMA_LOGGING_START, CONTROL_SIZE, DmaLogging::checkStart)
                .set(Feature.DMA_LOGGING_STOP, 0, data -> {})
                .get(Feature.DMA_LOGGING_REPORT, REPORT_SIZE, DmaLogging::checkReport);
    }

    private static void checkStart(MemorySegment control) {
        int ranges = control.get(INT, CONTROL_RANGES);
        if (ranges == 0) {
            throw new VfioException(Errno.EINVAL, "no range to log");
        }
        if (Integer.compareUnsigned(ranges, MAX_RANGES) > 0) {
            throw new VfioException(
                    Errno.E2BIG, Integer.toUnsignedString(ranges) + " ranges to log, " + MAX_RANGES + " at most");
        }
    }

    private static void checkReport(MemorySegment report) {
        long pageSize = report.get(LONG, REPORT_PAGE_SIZE);
        if (Long.compareUnsigned(pageSize, SMALLEST_PAGE) < 0 || Long.bitCount(pageSize) != 1) {
            throw new VfioException(Errno.EINVAL, Long.toUnsignedString(pageSize) + " is no page size");
        }
        long iova = report.get(LONG, REPORT_IOVA);
        long length = report.get(LONG, REPORT_LENGTH);
        if (Long.compareUnsigned(iova + length, iova) < 0) {
            throw new VfioException(Errno.EOVERFLOW, "the range ends behind the address space");
        }
    }
}
