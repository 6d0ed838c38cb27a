/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** The hot path of a server: REGION_READ, REGION_WRITE and REGION_WRITE_MULTI. Nothing is allocated and no byte is copied twice. */
final class RegionAccess implements AutoCloseable {
    private static final int ECHOED = Wire.DATA - Wire.HEADER;
    private static final int SHORT_WRITE = 16;
    private static final int ASKED = 8;

    private final Connection connection;
    private final MemorySegment in;
    private final Slices inSlices;
    private final RegionViews views = new RegionViews();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment scratch = arena.allocate(SHORT_WRITE, Long.BYTES);
    private final Slices scratchSlices = new Slices(scratch, 0);

    RegionAccess(Connection connection) {
        this.connection = connection;
        this.in = connection.inbox().bytes();
        this.inSlices = new Slices(in, 0);
    }

    /** Answers with the bytes read, and how many. */
    void read(VfioDevice device, int at) {
        int count = count(at);
        long offset = Wire.u64(in, at + Wire.ACCESS_OFFSET);
        int region = Wire.u32(in, at + Wire.ACCESS_REGION);
        RegionViews.View view = count < RegionViews.LONG ? null : views.find(device, region, offset, count);
        if (view != null) {
            readMapped(device, region, offset, count, view);
            return;
        }
        int read = device.read(region, offset, connection.out(Wire.DATA, count));
        answer(offset, region, read, read);
    }

    /** The first bytes are the device's own answer: whether it is there, and may be read. */
    private void readMapped(VfioDevice device, int region, long offset, int count, RegionViews.View view) {
        int read = device.read(region, offset, connection.out(Wire.DATA, ASKED));
        echo(offset, region, count);
        long at = offset - view.area().offset() + read;
        connection.reply(ECHOED + read, view.mapping().segment(), at, count - read);
    }

    /** Whether the message is a REGION_WRITE with all of its data. */
    static boolean isWholeWrite(MemorySegment in, int at) {
        int size = Wire.u32(in, at + Wire.SIZE);
        return Wire.u16(in, at + Wire.COMMAND) == Command.REGION_WRITE.number()
                && Command.REGION_WRITE.takes(size)
                && Wire.u32(in, at + Wire.ACCESS_COUNT) == size - Wire.DATA;
    }

    /** Answers with how many bytes were written. */
    void write(VfioDevice device, int at, int size) {
        int count = count(at);
        if (count != size - Wire.DATA) {
            throw new VfioException(
                    Errno.EINVAL, "a write of " + count + " bytes in a message with " + (size - Wire.DATA));
        }
        long offset = Wire.u64(in, at + Wire.ACCESS_OFFSET);
        int region = Wire.u32(in, at + Wire.ACCESS_REGION);
        int written = device.write(region, offset, data(at + Wire.DATA, count));
        answer(offset, region, written, 0);
    }

    /** Does all writes; one that the device refuses does not keep the others from it, since they are posted. */
    void writeMulti(VfioDevice device, int at, int size) {
        long count = Wire.u64(in, at + Wire.MULTI_COUNT);
        int room = (size - Wire.MULTI_ENTRIES) / Wire.MULTI_ENTRY;
        if (count != room || size != Wire.MULTI_ENTRIES + room * Wire.MULTI_ENTRY) {
            throw new VfioException(
                    Errno.EINVAL, Long.toUnsignedString(count) + " writes in a message with room for " + room);
        }
        ErrnoException first = null;
        for (int i = 0; i < room; i++) {
            try {
                writeEntry(device, at + Wire.MULTI_ENTRIES + i * Wire.MULTI_ENTRY);
            } catch (ErrnoException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void writeEntry(VfioDevice device, int entry) {
        int count = Wire.u32(in, entry + Wire.MULTI_ENTRY_COUNT);
        if (count < 0 || count > Wire.MULTI_MAX_DATA) {
            throw new VfioException(
                    Errno.EINVAL, "one of many writes with " + Integer.toUnsignedString(count) + " bytes; 8 at most");
        }
        device.write(
                Wire.u32(in, entry + Wire.MULTI_ENTRY_REGION),
                Wire.u64(in, entry),
                data(entry + Wire.MULTI_ENTRY_DATA, count));
    }

    /** Few bytes move to a place that always has a slice; many are taken where they lie. */
    private MemorySegment data(int from, int count) {
        if (count > SHORT_WRITE) {
            return inSlices.at(from, count);
        }
        MemorySegment.copy(in, from, scratch, 0, count);
        return scratchSlices.at(0, count);
    }

    private int count(int at) {
        int count = Wire.u32(in, at + Wire.ACCESS_COUNT);
        if (count < 0 || count > Wire.MAX_DATA) {
            throw new VfioException(
                    Errno.E2BIG,
                    "an access of " + Integer.toUnsignedString(count) + " bytes, at most " + Wire.MAX_DATA);
        }
        return count;
    }

    private void answer(long offset, int region, int count, int data) {
        echo(offset, region, count);
        connection.reply(ECHOED + data);
    }

    private void echo(long offset, int region, int count) {
        MemorySegment out = connection.out();
        Wire.put64(out, Wire.ACCESS_OFFSET, offset);
        Wire.put32(out, Wire.ACCESS_REGION, region);
        Wire.put32(out, Wire.ACCESS_COUNT, count);
    }

    @Override
    public void close() {
        views.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
