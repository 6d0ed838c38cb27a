/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_FEATURE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.uapi.Struct;
import org.vfio4j.linux.uapi.VfioDmaLogging;
import org.vfio4j.linux.uapi.VfioFeature;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.VfioException;

/** DMA logging of a kernel device, whose payloads name ranges and bitmap by their addresses. */
final class KernelDmaLogging {
    private KernelDmaLogging() {}

    static void start(Fd device, long pageSize, List<IovaRange> ranges) {
        try (Arena arena = Arena.ofConfined()) {
            Struct element = VfioDmaLogging.RANGE;
            MemorySegment array = arena.allocate(Math.max(element.size() * ranges.size(), 1), Long.BYTES);
            for (int i = 0; i < ranges.size(); i++) {
                MemorySegment range = array.asSlice(i * element.size(), element.size());
                VfioDmaLogging.RANGE_IOVA.set(range, ranges.get(i).first());
                VfioDmaLogging.RANGE_LENGTH.set(range, ranges.get(i).length());
            }
            MemorySegment feature = request(arena, Feature.DMA_LOGGING_START | Feature.SET, VfioDmaLogging.CONTROL);
            MemorySegment control = payload(feature);
            VfioDmaLogging.CONTROL_PAGE_SIZE.set(control, pageSize);
            VfioDmaLogging.CONTROL_NUM_RANGES.set(control, ranges.size());
            VfioDmaLogging.CONTROL_RANGES.set(control, array.address());
            VFIO_DEVICE_FEATURE.call(device, feature);
        }
    }

    static void stop(Fd device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment feature = VfioFeature.FEATURE.request(arena, 0);
            VfioFeature.FEATURE_FLAGS.set(feature, Feature.DMA_LOGGING_STOP | Feature.SET);
            VFIO_DEVICE_FEATURE.call(device, feature);
        }
    }

    static void report(Fd device, IovaRange range, long pageSize, MemorySegment bitmap) {
        if (pageSize <= 0 || Long.bitCount(pageSize) != 1) {
            throw new VfioException(Errno.EINVAL, Long.toUnsignedString(pageSize) + " is no page size");
        }
        long pages = ((range.last() - range.first()) >>> Long.numberOfTrailingZeros(pageSize)) + 1;
        if (bitmap.byteSize() / Long.BYTES < (pages - 1) / Long.SIZE + 1) {
            throw new VfioException(
                    Errno.EINVAL, "a bitmap of " + bitmap.byteSize() + " bytes for " + pages + " pages");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment feature = request(arena, Feature.DMA_LOGGING_REPORT | Feature.GET, VfioDmaLogging.REPORT);
            MemorySegment report = payload(feature);
            VfioDmaLogging.REPORT_IOVA.set(report, range.first());
            VfioDmaLogging.REPORT_LENGTH.set(report, range.length());
            VfioDmaLogging.REPORT_PAGE_SIZE.set(report, pageSize);
            VfioDmaLogging.REPORT_BITMAP.set(report, bitmap.address());
            VFIO_DEVICE_FEATURE.call(device, feature);
        }
    }

    private static MemorySegment request(Arena arena, int flags, Struct payload) {
        MemorySegment feature = VfioFeature.FEATURE.request(arena, payload.size());
        VfioFeature.FEATURE_FLAGS.set(feature, flags);
        return feature;
    }

    private static MemorySegment payload(MemorySegment feature) {
        return feature.asSlice(VfioFeature.FEATURE.size());
    }
}
