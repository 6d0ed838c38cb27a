/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.uapi.VfioDmaLogging;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.VfioException;

/**
 * The DMA logging features of a device that does no DMA: it can be asked to log and to report, and nothing is ever dirty.
 *
 * <p>The payloads are the kernel's, which name ranges and bitmap by address. Such an address is the caller's and is not followed here: what
 * the payload itself says is checked, and the bitmap, to which a report only adds, stays as it is.
 */
public final class DmaLogging {
    /** The kernel's own limit: ranges that fit into a page. */
    private static final int MAX_RANGES = 256;

    private static final long SMALLEST_PAGE = 4096;

    private DmaLogging() {}

    /** Adds DMA_LOGGING_START, _STOP and _REPORT to a device's features. */
    public static Features.Builder addTo(Features.Builder features) {
        return features.set(Feature.DMA_LOGGING_START, VfioDmaLogging.CONTROL.size(), DmaLogging::checkStart)
                .set(Feature.DMA_LOGGING_STOP, 0, data -> {})
                .get(Feature.DMA_LOGGING_REPORT, VfioDmaLogging.REPORT.size(), DmaLogging::checkReport);
    }

    private static void checkStart(MemorySegment control) {
        int ranges = VfioDmaLogging.CONTROL_NUM_RANGES.get(control);
        if (ranges == 0) {
            throw new VfioException(Errno.EINVAL, "no range to log");
        }
        if (Integer.compareUnsigned(ranges, MAX_RANGES) > 0) {
            throw new VfioException(
                    Errno.E2BIG, Integer.toUnsignedString(ranges) + " ranges to log, " + MAX_RANGES + " at most");
        }
    }

    private static void checkReport(MemorySegment report) {
        long pageSize = VfioDmaLogging.REPORT_PAGE_SIZE.get(report);
        if (Long.compareUnsigned(pageSize, SMALLEST_PAGE) < 0 || Long.bitCount(pageSize) != 1) {
            throw new VfioException(Errno.EINVAL, Long.toUnsignedString(pageSize) + " is no page size");
        }
        long iova = VfioDmaLogging.REPORT_IOVA.get(report);
        long length = VfioDmaLogging.REPORT_LENGTH.get(report);
        if (Long.compareUnsigned(iova + length, iova) < 0) {
            throw new VfioException(Errno.EOVERFLOW, "the range ends behind the address space");
        }
    }
}
