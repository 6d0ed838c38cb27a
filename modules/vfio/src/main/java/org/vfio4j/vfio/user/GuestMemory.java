/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * The memory of a server's client: DMA_MAP and DMA_UNMAP, and DMA_READ and DMA_WRITE for what came without a file. Those ask the client while a
 * request of his is handled, one at a time; requests that come before his reply wait.
 *
 * <p>A client that answers nothing while it waits itself, as QEMU, would wait for the answer to its access for ever. So when a second passes
 * without a reply, its writes are answered before they are done: as on a PCI bus, where a write is posted.
 */
final class GuestMemory implements DmaMapping.Owner, AutoCloseable {
    private final Connection connection;
    private final Inbox inbox;
    private final Arena arena = Arena.ofShared();
    private @Nullable MemorySegment room;
    private int chunk = Limits.DMA_CHUNK;
    private final Inbox.Meanwhile meanwhile = this::waited;
    private final IntConsumer answerWrite = this::answerWrite;
    private int nextId;
    private boolean answersWhileItWaits;
    private boolean answersNothing;

    GuestMemory(Connection connection) {
        this.connection = connection;
        this.inbox = connection.inbox();
    }

    /**
     * Before anything is asked.
     *
     * @param most data that the client takes in one message, in bytes
     * @param ours that it is a client of this library, which answers while it waits itself, and wholly
     */
    void client(int most, boolean ours) {
        chunk = Math.clamp(most, 1, ours ? Wire.MAX_DATA : Limits.DMA_CHUNK);
        answersWhileItWaits = ours;
    }

    /** DMA_MAP, with the file that came with it or none. */
    void map(VfioDevice device, MemorySegment request, List<Fd> fds) {
        requireArgsz(request, Wire.MAP_ARGSZ);
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
        requireArgsz(request, Wire.UNMAP_ARGSZ);
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
        for (long done = 0; done < into.byteSize(); ) {
            int count = (int) Math.min(chunk, into.byteSize() - done);
            int reply = ask(Command.DMA_READ, iova + done, count, 0);
            requireCount(reply, count, count);
            MemorySegment.copy(inbox.bytes(), reply + (long) Wire.DATA, into, done, count);
            inbox.removeReply(reply);
            done += count;
        }
    }

    @Override
    public void write(long iova, MemorySegment from) {
        for (long done = 0; done < from.byteSize(); ) {
            int count = (int) Math.min(chunk, from.byteSize() - done);
            MemorySegment.copy(from, done, out(), Wire.DATA, count);
            int reply = ask(Command.DMA_WRITE, iova + done, count, count);
            requireCount(reply, count, 0);
            inbox.removeReply(reply);
            done += count;
        }
    }

    /** Sends a request with {@code data} bytes and waits for the reply: where it begins. */
    private int ask(Command command, long iova, int count, int data) {
        if (answersNothing) {
            inbox.eachWaiting(answerWrite);
        }
        int id = nextId++ & 0xffff;
        MemorySegment out = out();
        Wire.header(out, id, command.number(), Wire.DATA + data, Wire.REQUEST, 0);
        Wire.put64(out, Wire.DMA_ADDRESS, iova);
        Wire.put64(out, Wire.DMA_COUNT, count);
        connection.send(out, Wire.DATA + data, List.of());
        try {
            int reply = inbox.awaitReply(meanwhile);
            MemorySegment in = inbox.bytes();
            if (Wire.u16(in, reply + Wire.ID) != id || Wire.u16(in, reply + Wire.COMMAND) != command.number()) {
                throw connection.lose("a reply to another request than " + command + " " + id);
            }
            requireSuccess(command, reply);
            return reply;
        } catch (MalformedException | LinuxException e) {
            throw connection.lose(e);
        }
    }

    /** Most clients' memory is mapped, and nothing is ever asked. */
    private MemorySegment out() {
        MemorySegment there = room;
        if (there == null) {
            there = arena.allocate(Wire.DATA + (long) chunk, Long.BYTES);
            room = there;
        }
        return there;
    }

    private void waited(boolean silent) {
        answersNothing |= silent && !answersWhileItWaits;
        if (answersNothing) {
            inbox.eachWaiting(answerWrite);
        }
    }

    private void answerWrite(int at) {
        MemorySegment in = inbox.bytes();
        if (Wire.u32(in, at + Wire.FLAGS) == Wire.REQUEST && RegionAccess.isWholeWrite(in, at)) {
            connection.replyEarly(at, out());
        }
    }

    private void requireSuccess(Command command, int reply) {
        MemorySegment in = inbox.bytes();
        if ((Wire.u32(in, reply + Wire.FLAGS) & Wire.IS_ERROR) != 0) {
            int errno = Wire.u32(in, reply + Wire.ERROR);
            inbox.removeReply(reply);
            throw new VfioException(Connection.checkedErrno(errno), command + " is refused by the client");
        }
    }

    private void requireCount(int reply, int count, int data) {
        MemorySegment in = inbox.bytes();
        if (inbox.size(reply) != Wire.DATA + data || Wire.u64(in, reply + Wire.DMA_COUNT) != count) {
            throw connection.lose("a reply that has not the " + count + " bytes asked for");
        }
    }

    private static void requireArgsz(MemorySegment request, int least) {
        if (Integer.compareUnsigned(Wire.u32(request, Wire.ARGSZ), least) < 0) {
            throw new VfioException(Errno.EINVAL, "argsz of less than " + least);
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
