/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * The memory of a server's client: DMA_MAP and DMA_UNMAP, and DMA_READ and DMA_WRITE for what came without a file, a piece at a time.
 */
final class GuestMemory implements DmaMapping.Owner {
    private final Inbox inbox;
    private final Connection connection;
    private final DmaCalls calls;
    private final DmaMapping.Owner reentrant = new Reentrant();

    GuestMemory(Connection connection, DmaCalls calls) {
        this.connection = connection;
        this.inbox = connection.inbox();
        this.calls = calls;
    }

    /** DMA_MAP, with the file that came with it or none. */
    void map(VfioDevice device, MemorySegment request, List<Fd> fds) {
        Wire.argsz(request, Wire.ARGSZ, Wire.MAP_ARGSZ);
        DmaMapping.Memory memory = fds.isEmpty()
                ? new DmaMapping.Remote(this)
                : new DmaMapping.File(fds.getFirst(), Wire.u64(request, Wire.MAP_FILE_OFFSET));
        device.mapDma(new DmaMapping(
                IovaRange.of(Wire.u64(request, Wire.MAP_IOVA), Wire.u64(request, Wire.MAP_SIZE)),
                Wire.u32(request, Wire.MAP_FLAGS),
                memory));
    }

    /** DMA_UNMAP of one mapping, or of all. */
    static void unmap(VfioDevice device, MemorySegment request) {
        Wire.argsz(request, Wire.ARGSZ, Wire.UNMAP_ARGSZ);
        int flags = Wire.u32(request, Wire.UNMAP_FLAGS);
        long iova = Wire.u64(request, Wire.UNMAP_IOVA);
        long size = Wire.u64(request, Wire.UNMAP_SIZE);
        boolean all = flags == Wire.UNMAP_ALL && iova == 0 && size == 0;
        if (flags != 0 && !all) {
            throw new VfioException(Errno.EINVAL, "unmapping with flags 0x" + Integer.toHexString(flags));
        }
        device.unmapDma(all ? IovaRange.ALL : IovaRange.of(iova, size));
    }

    @Override
    public void read(long iova, MemorySegment into) {
        read(iova, into, false);
    }

    @Override
    public void write(long iova, MemorySegment from) {
        write(iova, from, false);
    }

    @Override
    public DmaMapping.Owner reentrant() {
        return reentrant;
    }

    private void read(long iova, MemorySegment into, boolean fromReentrant) {
        for (long done = 0; done < into.byteSize(); ) {
            int count = (int) Math.min(calls.chunk(), into.byteSize() - done);
            int reply = calls.ask(Command.DMA_READ, iova + done, count, 0, fromReentrant);
            requireCount(reply, count, count);
            MemorySegment.copy(inbox.bytes(), reply + (long) Wire.DATA, into, done, count);
            inbox.removeReply(reply);
            done += count;
        }
    }

    private void write(long iova, MemorySegment from, boolean fromReentrant) {
        for (long done = 0; done < from.byteSize(); ) {
            int count = (int) Math.min(calls.chunk(), from.byteSize() - done);
            MemorySegment.copy(from, done, calls.out(), Wire.DATA, count);
            int reply = calls.ask(Command.DMA_WRITE, iova + done, count, count, fromReentrant);
            requireCount(reply, count, 0);
            inbox.removeReply(reply);
            done += count;
        }
    }

    private void requireCount(int reply, int count, int data) {
        MemorySegment in = inbox.bytes();
        if (inbox.size(reply) != Wire.DATA + data || Wire.u64(in, reply + Wire.DMA_COUNT) != count) {
            throw connection.lose("a reply that has not the " + count + " bytes asked for");
        }
    }

    /** The same memory for a device that can be used again while it waits here. */
    private final class Reentrant implements DmaMapping.Owner {
        @Override
        public void read(long iova, MemorySegment into) {
            GuestMemory.this.read(iova, into, true);
        }

        @Override
        public void write(long iova, MemorySegment from) {
            GuestMemory.this.write(iova, from, true);
        }
    }
}
