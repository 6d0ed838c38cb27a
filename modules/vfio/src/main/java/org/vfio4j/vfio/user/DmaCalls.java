/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.vfio.VfioException;

/**
 * What a server asks of its client: memory, one request at a time, each while a request of the client's is handled; those that come before his
 * reply wait.
 *
 * <p>A client that answers nothing while it waits itself, as QEMU, would wait for the answer to its access for ever. So when a second passes
 * without a reply, its writes are answered before they are done, as on a PCI bus, where a write is posted; and if the device can be used again
 * while it waits here, what the client asks of it meanwhile is done, in its order. If the client then still waits for something, the request for
 * memory is given up: EDEADLK for the device.
 */
final class DmaCalls implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DmaCalls.class.getName());

    /** Looks in vain until it is certain that client and device wait for each other. */
    private static final int LOOKS_IN_VAIN = 2;

    /** Requests given up whose replies may still come: a client with more of them answers nothing at all. */
    private static final int MOST_GIVEN_UP = 16;

    /** What a device can be asked while it waits. Not what changes the memory that it waits for, or wants it to be still. */
    private static final Set<Command> MEANWHILE = EnumSet.of(
            Command.REGION_READ,
            Command.REGION_WRITE,
            Command.REGION_WRITE_MULTI,
            Command.DEVICE_GET_INFO,
            Command.DEVICE_GET_REGION_INFO,
            Command.DEVICE_GET_IRQ_INFO,
            Command.DEVICE_SET_IRQS,
            Command.DMA_MAP);

    private final Connection connection;
    private final Inbox inbox;
    private final Runnable serve;
    private final Arena arena = Arena.ofShared();
    private final Inbox.Meanwhile meanwhile = this::waited;
    private final IntConsumer answerWrite = this::answerWrite;
    private final IntConsumer noteAwaited = this::noteAwaited;
    private final Deque<Integer> givenUp = new ArrayDeque<>();
    private @Nullable MemorySegment room;
    private int chunk = Limits.DMA_CHUNK;
    private int id = -1;
    private boolean asking;
    private boolean reentrant;
    private int looksInVain;
    private boolean awaited;
    private boolean answersWhileItWaits;
    private boolean answersNothing;
    private boolean warned;

    /**
     * @param serve handles the inbox's current request, while another one is handled
     */
    DmaCalls(Connection connection, Runnable serve) {
        this.connection = connection;
        this.inbox = connection.inbox();
        this.serve = serve;
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

    /** The most data that is asked for at once, in bytes. */
    int chunk() {
        return chunk;
    }

    /** The message that goes next. Most clients' memory is mapped, and nothing is ever asked. */
    MemorySegment out() {
        MemorySegment there = room;
        if (there == null) {
            there = arena.allocate(Wire.DATA + (long) chunk, Long.BYTES);
            room = there;
        }
        return there;
    }

    /**
     * Sends a request with the {@code data} bytes that lie in {@link #out}, and waits for the reply.
     *
     * @param fromReentrant whether the device can be used again meanwhile
     * @return where the reply begins
     * @throws VfioException the client's refusal; EDEADLK if it waits for the device; EBUSY if something is asked already
     */
    int ask(Command command, long iova, int count, int data, boolean fromReentrant) {
        if (asking) {
            throw new VfioException(Errno.EBUSY, "the device waits for its user's memory already");
        }
        asking = true;
        try {
            reentrant = fromReentrant && isRegionWrite(inbox.current());
            looksInVain = 0;
            return askAlone(command, iova, count, data);
        } catch (MalformedException | LinuxException e) {
            throw connection.lose(e);
        } finally {
            asking = false;
        }
    }

    private int askAlone(Command command, long iova, int count, int data) {
        if (answersNothing) {
            inbox.eachWaiting(answerWrite);
        }
        id = (id + 1) & 0xffff;
        MemorySegment out = out();
        Wire.header(out, id, command.number(), Wire.DATA + data, Wire.REQUEST, 0);
        Wire.put64(out, Wire.DMA_ADDRESS, iova);
        Wire.put64(out, Wire.DMA_COUNT, count);
        connection.send(out, Wire.DATA + data, List.of());
        int reply = inbox.awaitReply(meanwhile);
        while (isLate(reply)) {
            inbox.removeReply(reply);
            reply = inbox.awaitReply(meanwhile);
        }
        MemorySegment in = inbox.bytes();
        if (Wire.u16(in, reply + Wire.ID) != id || Wire.u16(in, reply + Wire.COMMAND) != command.number()) {
            throw connection.lose("a reply to another request than " + command + " " + id);
        }
        requireSuccess(command, reply);
        return reply;
    }

    /** Whether the reply at {@code at} is to a request that was given up; it is only once. */
    boolean isLate(int at) {
        return !givenUp.isEmpty() && givenUp.remove(Wire.u16(inbox.bytes(), at + Wire.ID));
    }

    private void waited(boolean silent) {
        if (answersWhileItWaits) {
            return;
        }
        looksInVain = silent ? looksInVain + 1 : 0;
        answersNothing |= silent;
        if (!answersNothing) {
            return;
        }
        answerWrite(inbox.current());
        while (reentrant && inbox.holdsWaiting() && canComeMeanwhile(inbox.firstWaiting())) {
            inbox.handleWaiting(serve);
            looksInVain = 0;
        }
        inbox.eachWaiting(answerWrite);
        if (looksInVain >= LOOKS_IN_VAIN) {
            awaited = false;
            inbox.eachWaiting(noteAwaited);
            if (awaited) {
                giveUp();
                throw new VfioException(Errno.EDEADLK, "the client waits for the device and answers nothing meanwhile");
            }
        }
    }

    private boolean canComeMeanwhile(int at) {
        Command command = Command.of(Wire.u16(inbox.bytes(), at + Wire.COMMAND));
        return command != null && MEANWHILE.contains(command);
    }

    /** Only then nothing of an answer lies in the connection's own buffer yet. */
    private boolean isRegionWrite(int at) {
        int command = Wire.u16(inbox.bytes(), at + Wire.COMMAND);
        return command == Command.REGION_WRITE.number() || command == Command.REGION_WRITE_MULTI.number();
    }

    private void answerWrite(int at) {
        MemorySegment in = inbox.bytes();
        if (Wire.u32(in, at + Wire.FLAGS) == Wire.REQUEST && RegionAccess.isWholeWrite(in, at)) {
            connection.replyEarly(at, out());
        }
    }

    private void noteAwaited(int at) {
        awaited |= (Wire.u32(inbox.bytes(), at + Wire.FLAGS) & Wire.NO_REPLY) == 0;
    }

    private void giveUp() {
        if (!warned) {
            warned = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the client waits for the device, which waits for memory that is not shared:"
                            + " share it (QEMU: memory-backend-memfd with share=on)");
        }
        if (givenUp.size() == MOST_GIVEN_UP) {
            throw connection.lose("no reply to " + MOST_GIVEN_UP + " requests for memory");
        }
        givenUp.add(id);
    }

    private void requireSuccess(Command command, int reply) {
        MemorySegment in = inbox.bytes();
        if ((Wire.u32(in, reply + Wire.FLAGS) & Wire.IS_ERROR) != 0) {
            int errno = Wire.u32(in, reply + Wire.ERROR);
            inbox.removeReply(reply);
            throw new VfioException(Connection.checkedErrno(errno), command + " is refused by the client");
        }
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
