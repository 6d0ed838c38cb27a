/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * DMA logging in DEVICE_FEATURE, where ranges and bitmap stand in the message itself. Start: u64 page size, u32 number of ranges, u32 0, then each
 * range's u64 begin and length. Report: a range, u64 page size, and in the reply the bitmap behind them.
 */
final class LoggingPayload {
    /** Bytes of a report's payload before the bitmap. */
    static final int REPORT_FIXED = 24;

    private static final int START_FIXED = 16;
    private static final int RANGE = 16;
    private static final long PAGE_SIZE = 0;
    private static final long COUNT = 8;
    private static final long REPORT_PAGE_SIZE = 16;

    private LoggingPayload() {}

    /** How long the payload is that starts the logging of so many ranges, in bytes. */
    static long startSize(int ranges) {
        return START_FIXED + (long) ranges * RANGE;
    }

    /** Writes the payload that starts logging. */
    static void writeStart(MemorySegment payload, long pageSize, List<IovaRange> ranges) {
        payload.fill((byte) 0);
        Wire.put64(payload, PAGE_SIZE, pageSize);
        Wire.put32(payload, COUNT, ranges.size());
        for (int i = 0; i < ranges.size(); i++) {
            writeRange(payload, startSize(i), ranges.get(i));
        }
    }

    /** Has the device do what a payload says that starts logging. */
    static void start(VfioDevice device, MemorySegment payload) {
        requireSize(payload, START_FIXED);
        long count = Integer.toUnsignedLong(Wire.u32(payload, COUNT));
        requireSize(payload, START_FIXED + count * RANGE);
        List<IovaRange> ranges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ranges.add(range(payload, startSize(i)));
        }
        device.startDmaLogging(Wire.u64(payload, PAGE_SIZE), ranges);
    }

    /** Writes what asks for a report. */
    static void writeReport(MemorySegment payload, IovaRange range, long pageSize) {
        writeRange(payload, 0, range);
        Wire.put64(payload, REPORT_PAGE_SIZE, pageSize);
    }

    /**
     * Has the device report into {@code answer}, behind what was asked.
     *
     * @return how much of the answer was used: all of it
     */
    static int report(VfioDevice device, MemorySegment request, MemorySegment answer) {
        requireSize(request, REPORT_FIXED);
        requireSize(answer, REPORT_FIXED);
        answer.fill((byte) 0);
        MemorySegment.copy(request, 0, answer, 0, REPORT_FIXED);
        device.reportDmaLogging(range(request, 0), Wire.u64(request, REPORT_PAGE_SIZE), answer.asSlice(REPORT_FIXED));
        return (int) answer.byteSize();
    }

    /** Adds the bits of a reported bitmap to {@code bitmap}, which is as long. */
    static void addReported(MemorySegment answer, MemorySegment bitmap) {
        for (long at = 0; at < bitmap.byteSize(); at++) {
            byte marked = answer.get(ValueLayout.JAVA_BYTE, REPORT_FIXED + at);
            bitmap.set(ValueLayout.JAVA_BYTE, at, (byte) (bitmap.get(ValueLayout.JAVA_BYTE, at) | marked));
        }
    }

    private static IovaRange range(MemorySegment payload, long at) {
        return IovaRange.of(Wire.u64(payload, at), Wire.u64(payload, at + Long.BYTES));
    }

    private static void writeRange(MemorySegment payload, long at, IovaRange range) {
        Wire.put64(payload, at, range.first());
        Wire.put64(payload, at + Long.BYTES, range.length());
    }

    private static void requireSize(MemorySegment payload, long least) {
        if (payload.byteSize() < least) {
            throw new VfioException(
                    Errno.EINVAL, "DMA logging with " + payload.byteSize() + " bytes, at least " + least);
        }
    }
}
