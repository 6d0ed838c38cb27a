/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.dma.DmaSpace;

/**
 * The client's side of a connection: a request, then its reply. What the server asks of the client's memory meanwhile is answered at once. A
 * server that breaks the protocol, or does not answer in its time, loses the connection.
 */
final class Calls implements AutoCloseable {
    /** How long a call may take in all, with what the server asks meanwhile. */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /** From so many bytes on a copy costs more than to receive in two places. */
    private static final int LONG = 1 << 14;

    private final Connection connection;
    private final Inbox inbox;
    private final MemorySegment in;
    private final Slices inSlices;
    private final DmaSpace memory;
    private int nextId;
    private boolean open = true;

    /**
     * Takes ownership of a connected socket.
     *
     * @param memory what the server may reach; stays the caller's
     * @param patience how long the server may take over a reply
     */
    Calls(Fd socket, DmaSpace memory, Duration patience) {
        this.connection = Connection.take(socket, IdleWait.SLEEP, patience);
        this.inbox = connection.inbox();
        this.in = inbox.bytes();
        this.inSlices = new Slices(in, Wire.DATA);
        this.memory = memory;
    }

    /** The request that goes next, and all that came. */
    MemorySegment out() {
        return connection.out();
    }

    /** What came; a reply begins where {@link #call} says. */
    MemorySegment in() {
        return in;
    }

    /** How long the reply at {@code at} is, header included. */
    int size(int at) {
        return inbox.size(at);
    }

    /** The descriptors that came with the last reply; the caller owns them. */
    List<Fd> takeFds() {
        return inbox.takeFds();
    }

    /** {@link #call(Command, int, List)} without descriptors. */
    int call(Command command, int payload) {
        return call(command, payload, List.of());
    }

    /**
     * Sends the request whose payload is in {@link #out} and waits for the reply.
     *
     * @param payload its length, in bytes
     * @param fds go with it, and stay the caller's
     * @return where the reply begins; it is there until the next call
     * @throws VfioException the server's error number
     * @throws ConnectionLostException if there is no server any more, or none that keeps to the protocol
     */
    int call(Command command, int payload, List<Fd> fds) {
        return reply(command, send(command, payload, fds));
    }

    private int reply(Command command, int id) {
        try {
            return checked(command, id, awaitReply(System.nanoTime()));
        } catch (MalformedException | LinuxException e) {
            throw connection.lose(e);
        }
    }

    /**
     * The same for a request with {@code length} bytes of {@code data} from {@code offset} on behind the payload. Long ones are sent from where they
     * lie.
     */
    int callWith(Command command, int payload, MemorySegment data, long offset, int length) {
        if (length < LONG || !data.isNative()) {
            MemorySegment.copy(data, offset, connection.out(), Wire.HEADER + (long) payload, length);
            return call(command, payload + length);
        }
        int id = layHeader(command, payload + length);
        connection.sendBoth(Wire.HEADER + payload, data, offset, length);
        return reply(command, id);
    }

    /**
     * The same for a reply whose bytes behind the first {@code head} belong into {@code into}: as many as fit are there then. Long ones come there
     * without a copy; if the call fails, anything may be there.
     */
    int callInto(Command command, int payload, int head, MemorySegment into) {
        int id = send(command, payload, List.of());
        try {
            boolean isLong = into.byteSize() >= LONG && into.isNative() && !inbox.holdsNext();
            if (isLong && inbox.nextInto(id, head, into)) {
                return checked(command, id, inbox.current());
            }
            int at = checked(command, id, awaitReply(System.nanoTime()));
            long length = Math.clamp(inbox.size(at) - head, 0, into.byteSize());
            MemorySegment.copy(in, at + (long) head, into, 0, length);
            return at;
        } catch (MalformedException | LinuxException e) {
            throw connection.lose(e);
        }
    }

    /** Sends the request in {@link #out}, and returns its number. */
    private int send(Command command, int payload, List<Fd> fds) {
        int id = layHeader(command, payload);
        connection.send(connection.out(), Wire.HEADER + payload, fds);
        return id;
    }

    private int layHeader(Command command, int payload) {
        requireOpen();
        int id = nextId++ & 0xffff;
        Wire.header(connection.out(), id, command.number(), Wire.HEADER + payload, Wire.REQUEST, 0);
        return id;
    }

    private int checked(Command command, int id, int at) {
        if (Wire.u16(in, at + Wire.ID) != id || Wire.u16(in, at + Wire.COMMAND) != command.number()) {
            throw connection.lose("the server replies to another request than " + command + " " + id);
        }
        if ((Wire.u32(in, at + Wire.FLAGS) & Wire.IS_ERROR) != 0) {
            throw new VfioException(
                    Connection.checkedErrno(Wire.u32(in, at + Wire.ERROR)), "the server refuses " + command);
        }
        return at;
    }

    /** A reply that is as it must not be. */
    ConnectionLostException malformed(Command command, String reason) {
        return connection.lose("the server's reply to " + command + ": " + reason);
    }

    /** Refuses a reply whose payload is not {@code length} bytes long. */
    void requirePayload(Command command, int at, int length) {
        if (inbox.size(at) != Wire.HEADER + length) {
            throw malformed(command, inbox.size(at) - Wire.HEADER + " bytes, not " + length);
        }
    }

    /**
     * Waits for a request of the server's outside of a call, and answers it.
     *
     * @return false if none came in that time
     */
    boolean answerOne(Duration wait) {
        requireOpen();
        try {
            if (!connection.awaitMessage(wait)) {
                return false;
            }
            if (!inbox.nextInTime()) {
                throw connection.lose("the server has closed");
            }
            int at = inbox.current();
            if ((Wire.u32(in, at + Wire.FLAGS) & Wire.TYPE_MASK) == Wire.REPLY) {
                throw connection.lose("the server replies to nothing");
            }
            serve(at);
            return true;
        } catch (MalformedException | LinuxException e) {
            throw connection.lose(e);
        }
    }

    private int awaitReply(long begin) {
        while (true) {
            if (!inbox.nextInTime()) {
                throw connection.lose("the server has closed");
            }
            int at = inbox.current();
            if ((Wire.u32(in, at + Wire.FLAGS) & Wire.TYPE_MASK) == Wire.REPLY) {
                return at;
            }
            if (System.nanoTime() - begin > LONGEST.toNanos()) {
                throw connection.lose("the server has not replied in " + LONGEST.toSeconds() + " s");
            }
            serve(at);
        }
    }

    private void serve(int at) {
        try {
            connection.reply(reach(at, inbox.size(at)));
        } catch (ConnectionLostException e) {
            throw e;
        } catch (ErrnoException e) {
            connection.replyError(e.errno());
        }
    }

    /** Does what a DMA_READ or DMA_WRITE says, and lays the answer: how long its payload is. */
    private int reach(int at, int size) {
        Command command = Command.of(Wire.u16(in, at + Wire.COMMAND));
        boolean reads = command == Command.DMA_READ;
        if (command == null || (!reads && command != Command.DMA_WRITE)) {
            throw new VfioException(Errno.ENOSYS, "a server asks for nothing but memory");
        }
        if (!command.takes(size) || inbox.descriptors() > 0) {
            throw new VfioException(Errno.EINVAL, command + " of " + size + " bytes");
        }
        long address = Wire.u64(in, at + Wire.DMA_ADDRESS);
        long count = Wire.u64(in, at + Wire.DMA_COUNT);
        if (count < 0 || count > Wire.MAX_DATA) {
            throw new VfioException(Errno.E2BIG, command + " of " + Long.toUnsignedString(count) + " bytes");
        }
        if (!reads && count != size - Wire.DATA) {
            throw new VfioException(Errno.EINVAL, command + " of " + count + " bytes with " + (size - Wire.DATA));
        }
        if (reads) {
            memory.read(address, connection.out(Wire.DATA, (int) count));
        } else {
            memory.write(address, inSlices.at(at + (long) Wire.DATA, (int) count));
        }
        Wire.put64(connection.out(), Wire.DMA_ADDRESS, address);
        Wire.put64(connection.out(), Wire.DMA_COUNT, count);
        return Wire.DATA - Wire.HEADER + (reads ? (int) count : 0);
    }

    private void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, "the device is closed");
        }
        if (connection.isLost()) {
            throw new ConnectionLostException("vfio-user", "the connection was lost before");
        }
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            connection.hangUp();
            connection.close();
        }
    }
}
