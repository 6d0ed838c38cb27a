/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FdChannel;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.Poll;
import org.vfio4j.linux.UnixSocket;

/**
 * One connected socket: the messages that came, and one buffer for the message that goes. A message that goes is laid into {@link #out}, then
 * sent; nothing is allocated for it. One thread at a time, but for {@link #end}.
 */
final class Connection implements AutoCloseable {
    /** {@code MAX_ERRNO} of the kernel. */
    private static final int MAX_ERRNO = 4095;

    private final FdChannel channel;
    private final Inbox inbox;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment out = arena.allocate(Wire.MAX_MESSAGE, Long.BYTES);
    private final Slices outSlices = new Slices(out, Wire.DATA);
    private final Duration patience;
    private boolean open = true;
    private boolean lost;

    private Connection(FdChannel channel, Inbox inbox, Duration patience) {
        this.channel = channel;
        this.patience = patience;
        this.inbox = inbox;
    }

    /**
     * Takes ownership of a connected socket.
     *
     * @param patience how long the peer may keep it waiting within a message, or for a reply
     */
    static Connection take(Fd socket, IdleWait idle, Duration patience) {
        FdChannel channel = FdChannel.take(socket);
        try {
            UnixSocket.bound(socket, patience);
            UnixSocket.boundReceiving(socket, patience.dividedBy(Inbox.LOOKS));
            return new Connection(channel, new Inbox(channel, idle), patience);
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    Inbox inbox() {
        return inbox;
    }

    /** The message that goes next. */
    MemorySegment out() {
        return out;
    }

    /** {@code length} bytes at {@code offset} of the message that goes next. */
    MemorySegment out(int offset, int length) {
        return outSlices.at(offset, length);
    }

    /** Waits until something comes, or the time is up: false. */
    boolean awaitMessage(Duration wait) {
        if (inbox.holdsNext()) {
            return true;
        }
        try (Poll poll = new Poll(channel.socket())) {
            return poll.await(wait);
        }
    }

    /** Answers the current message, unless it wants no answer; the {@code payload} bytes behind the header lie in {@link #out}. */
    void reply(int payload) {
        reply(payload, List.of());
    }

    /** The same with descriptors, which stay the caller's. */
    void reply(int payload, List<Fd> fds) {
        answer(Wire.HEADER + payload, Wire.REPLY, 0, fds);
    }

    /** The same with {@code length} bytes of {@code data} from {@code offset} on behind the payload. */
    void reply(int payload, MemorySegment data, long offset, int length) {
        int size = Wire.HEADER + payload;
        if (layAnswer(size + length, Wire.REPLY, 0)) {
            sendBoth(size, data, offset, length);
        }
    }

    /** Answers the current message with an error number. */
    void replyError(int errno) {
        answer(Wire.HEADER, Wire.REPLY | Wire.IS_ERROR, errno, List.of());
    }

    /**
     * Says of the REGION_WRITE at {@code at}, which is not over, that it is; from now on it wants no answer.
     *
     * @param room for that, since another answer may be on its way in {@link #out}
     */
    void replyEarly(int at, MemorySegment room) {
        MemorySegment in = inbox.bytes();
        MemorySegment.copy(in, at + (long) Wire.HEADER, room, Wire.HEADER, Wire.DATA - Wire.HEADER);
        Wire.header(room, Wire.u16(in, at + Wire.ID), Wire.u16(in, at + Wire.COMMAND), Wire.DATA, Wire.REPLY, 0);
        Wire.put32(in, at + Wire.FLAGS, Wire.NO_REPLY);
        send(room, Wire.DATA, List.of());
    }

    private void answer(int size, int flags, int errno, List<Fd> fds) {
        if (layAnswer(size, flags, errno)) {
            send(out, size, fds);
        }
    }

    /** Whether the current message wants an answer: then its header is laid. */
    private boolean layAnswer(int size, int flags, int errno) {
        MemorySegment request = inbox.bytes();
        int at = inbox.current();
        if ((Wire.u32(request, at + Wire.FLAGS) & Wire.NO_REPLY) != 0) {
            return false;
        }
        Wire.header(out, Wire.u16(request, at + Wire.ID), Wire.u16(request, at + Wire.COMMAND), size, flags, errno);
        return true;
    }

    /**
     * Sends {@code size} bytes of a message.
     *
     * @throws ConnectionLostException if the peer does not take it in its time
     */
    void send(MemorySegment message, int size, List<Fd> fds) {
        try {
            long sent = channel.send(message, 0, size, fds);
            if (sent < size) {
                sendRest(message, sent, size);
            }
        } catch (LinuxException e) {
            throw lose(e);
        }
    }

    private void sendRest(MemorySegment message, long first, int size) {
        long begin = System.nanoTime();
        long sent = first;
        while (sent < size) {
            sent += channel.send(message, sent, size - sent, List.of());
            requireProgress(sent, size, begin);
        }
    }

    /** Sends {@code size} bytes of {@link #out} and some of {@code data} behind them. */
    void sendBoth(int size, MemorySegment data, long offset, int length) {
        try {
            long begin = System.nanoTime();
            long all = (long) size + length;
            long sent = 0;
            while (sent < all) {
                long there = Math.max(0, sent - size);
                sent += sent < size
                        ? channel.sendBoth(out, sent, size - sent, data, offset, length)
                        : channel.send(data, offset + there, length - there, List.of());
                requireProgress(sent, all, begin);
            }
        } catch (LinuxException e) {
            throw lose(e);
        }
    }

    private void requireProgress(long sent, long size, long begin) {
        if (sent < size && System.nanoTime() - begin > patience.toNanos()) {
            throw lose("takes no more than " + sent + " of " + size + " bytes");
        }
    }

    /** An error number as a peer gave it; EPROTO for one that Linux has not. */
    static int checkedErrno(int errno) {
        return errno > 0 && errno <= MAX_ERRNO ? errno : Errno.EPROTO;
    }

    /** {@link #lose(String)} for what a call on the socket, or a message that makes no sense, says. */
    ConnectionLostException lose(ErrnoException cause) {
        return lose(String.valueOf(cause.getMessage()));
    }

    /** The connection is of no more use: the exception that says why. */
    ConnectionLostException lose(String reason) {
        lost = true;
        return new ConnectionLostException(channel.socket().subject(), reason);
    }

    /** Whether {@link #lose} was called, even if whoever got the exception has passed over it. */
    boolean isLost() {
        return lost;
    }

    /** Tells the peer of the end and waits, within its patience, until he has drawn his conclusions and closed too. */
    void hangUp() {
        if (lost) {
            return;
        }
        lost = true;
        try {
            long begin = System.nanoTime();
            UnixSocket.bound(channel.socket(), patience);
            UnixSocket.shutdownSending(channel.socket());
            while (channel.receive(out, 0, out.byteSize(), FdChannel.Wait.SOME) > 0
                    && System.nanoTime() - begin < patience.toNanos()) {
                channel.takeReceived().forEach(Fd::close);
            }
        } catch (LinuxException e) {
            // he is gone already
        }
    }

    /** Ends the connection from any thread: the one that waits on it finds the peer gone. */
    synchronized void end() {
        if (open) {
            UnixSocket.shutdown(channel.socket());
        }
    }

    @Override
    public synchronized void close() {
        open = false;
        inbox.close();
        channel.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
