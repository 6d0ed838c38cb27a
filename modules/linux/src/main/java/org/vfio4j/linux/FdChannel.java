/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.LONG;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends and receives bytes with file descriptors beside them over a UNIX socket: sendmsg(2) and recvmsg(2) with SCM_RIGHTS.
 *
 * <p>Its control memory is made once, so a message without descriptors allocates nothing. One thread at a time: a second one is refused with an
 * {@link IllegalStateException}, since the kernel would write where the first one's bytes are to go. {@link #close} is that thread's too: to end one that waits in {@link #receive}, let it wait in {@link Poll} for the socket and an {@link Eventfd}.
 */
public final class FdChannel implements AutoCloseable {
    /** The kernel's own limit ({@code SCM_MAX_FD}). */
    public static final int MAX_FDS = 253;

    // struct msghdr, struct iovec and struct cmsghdr of x86-64 and every other 64-bit Linux
    private static final long MSGHDR_SIZE = 56;
    private static final long MSG_IOV = 16;
    private static final long MSG_IOVLEN = 24;
    private static final long MSG_CONTROL = 32;
    private static final long MSG_CONTROLLEN = 40;
    private static final long MSG_FLAGS = 48;
    private static final long IOVEC_SIZE = 16;
    private static final long IOV_LEN = 8;
    private static final long CMSG_LEVEL = 8;
    private static final long CMSG_TYPE = 12;
    private static final long CMSG_DATA = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int MSG_CTRUNC = 8;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_WAITALL = 0x100;

    /** What {@link #receive(MemorySegment, long, long, Wait)} answers when nothing came in its time. */
    public static final long NOTHING = -1;

    /** How long a receive waits; none waits longer than the socket's own bound, see {@link UnixSocket#bound}. */
    public enum Wait {
        /** Until there is at least one byte. */
        SOME(0),
        /** Until there is all that was asked for, the peer closes, or descriptors come. */
        ALL(MSG_WAITALL),
        /** Not at all. */
        NONE(MSG_DONTWAIT);

        private final int flags;

        Wait(int flags) {
            this.flags = flags | MSG_CMSG_CLOEXEC;
        }
    }

    private static final MethodHandle SENDMSG = Native.libc("sendmsg", FunctionDescriptor.of(LONG, INT, POINTER, INT));
    private static final MethodHandle RECVMSG = Native.libc("recvmsg", FunctionDescriptor.of(LONG, INT, POINTER, INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment header = arena.allocate(MSGHDR_SIZE, Long.BYTES);
    private final MemorySegment vector = arena.allocate(2 * IOVEC_SIZE, Long.BYTES);
    private final MemorySegment control = arena.allocate(controlSize(MAX_FDS), Long.BYTES);
    private final Fd socket;
    private final List<Fd> received = new ArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();

    /** Takes ownership of a connected socket. */
    public static FdChannel take(Fd socket) {
        return new FdChannel(socket);
    }

    private FdChannel(Fd socket) {
        this.socket = socket;
        header.set(ValueLayout.ADDRESS, MSG_IOV, vector);
    }

    public Fd socket() {
        return socket;
    }

    /**
     * Sends up to all of {@code bytes}; {@code fds}, which stay the caller's, go with the first of them.
     *
     * @return how many bytes went, at least 1 unless {@code bytes} is empty
     * @throws LinuxException EINVAL for more descriptors than {@link #MAX_FDS}, or for any without a byte, which Linux would drop
     */
    public long send(MemorySegment bytes, List<Fd> fds) {
        return send(bytes, 0, bytes.byteSize(), fds);
    }

    /** The same for {@code length} bytes of {@code bytes} from {@code offset} on, without a slice. */
    public long send(MemorySegment bytes, long offset, long length, List<Fd> fds) {
        if (fds.size() > MAX_FDS || (length == 0 && !fds.isEmpty())) {
            throw new LinuxException(
                    Errno.EINVAL,
                    "sendmsg of " + fds.size() + " descriptors with " + length + " bytes",
                    socket.subject());
        }
        enter();
        try {
            point(bytes, offset, length);
            attach(fds);
            // SAFETY: the caller holds bytes until this method returns.
            return sendPointed();
        } finally {
            busy.set(false);
        }
    }

    /**
     * Sends up to all of {@code length} bytes of {@code bytes} and, behind them, up to all of {@code tailLength} bytes of {@code tail}, from their
     * offsets on.
     *
     * @return how many bytes went, at least 1
     */
    public long sendBoth(
            MemorySegment bytes, long offset, long length, MemorySegment tail, long tailOffset, long tailLength) {
        enter();
        try {
            point(bytes, offset, length);
            pointTail(tail, tailOffset, tailLength);
            attach(List.of());
            // SAFETY: the caller holds bytes and tail until this method returns.
            return sendPointed();
        } finally {
            busy.set(false);
        }
    }

    private long sendPointed() {
        try {
            long n;
            do {
                // SAFETY: header points to vector, control and checked ranges of bytes, all live until this method
                // returns.
                n = (long) SENDMSG.invokeExact(Native.state(), socket.number(), header, MSG_NOSIGNAL);
            } while (Native.interrupted(n));
            return Native.check(n, "sendmsg", socket.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /**
     * Receives up to {@code into.byteSize()} bytes, at least one; descriptors that came with them wait in {@link #takeReceived}.
     *
     * @return how many bytes came, 0 when the peer has closed
     * @throws LinuxException EMSGSIZE if more than {@link #MAX_FDS} descriptors wait to be taken, or some got lost because this process
     *     has too many files open; all of them are closed
     */
    public long receive(MemorySegment into) {
        long n = receive(into, 0, into.byteSize(), Wait.SOME);
        if (n == NOTHING) {
            throw new LinuxException(Errno.EAGAIN, "recvmsg", socket.subject());
        }
        return n;
    }

    /**
     * The same for {@code length} bytes of {@code into} from {@code offset} on, without a slice.
     *
     * @return how many bytes came, 0 when the peer has closed, {@link #NOTHING} when the wait is over
     */
    public long receive(MemorySegment into, long offset, long length, Wait wait) {
        if (length == 0) {
            throw new IllegalArgumentException("nothing to receive into");
        }
        enter();
        try {
            point(into, offset, length);
            // SAFETY: the caller holds into until this method returns.
            return receivePointed(wait);
        } finally {
            busy.set(false);
        }
    }

    /** The same, and what does not fit there into all of {@code tail}, which the first bytes may be too few to reach. */
    public long receiveBoth(MemorySegment into, long offset, long length, MemorySegment tail, Wait wait) {
        if (length == 0) {
            throw new IllegalArgumentException("nothing to receive into");
        }
        enter();
        try {
            point(into, offset, length);
            pointTail(tail, 0, tail.byteSize());
            // SAFETY: the caller holds into and tail until this method returns.
            return receivePointed(wait);
        } finally {
            busy.set(false);
        }
    }

    private long receivePointed(Wait wait) {
        header.set(ValueLayout.ADDRESS, MSG_CONTROL, control);
        long n;
        try {
            do {
                header.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, control.byteSize());
                // SAFETY: header points to vector, control and checked ranges of bytes, all live until this method
                // returns.
                n = (long) RECVMSG.invokeExact(Native.state(), socket.number(), header, wait.flags);
            } while (Native.interrupted(n));
            if (n == -1 && Native.errno() == Errno.EAGAIN) {
                return NOTHING;
            }
            Native.check(n, "recvmsg", socket.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
        collect(header.get(ValueLayout.JAVA_LONG, MSG_CONTROLLEN));
        if ((header.get(ValueLayout.JAVA_INT, MSG_FLAGS) & MSG_CTRUNC) != 0 || received.size() > MAX_FDS) {
            closeReceived();
            throw new LinuxException(Errno.EMSGSIZE, "recvmsg of too many descriptors", socket.subject());
        }
        return n;
    }

    /** Hands over the descriptors received so far, in their order; the caller owns them. */
    public List<Fd> takeReceived() {
        if (received.isEmpty()) {
            return List.of();
        }
        List<Fd> fds = List.copyOf(received);
        received.clear();
        return fds;
    }

    /** Closes the socket and every descriptor that nobody took. */
    @Override
    public void close() {
        closeReceived();
        socket.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private void enter() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("another thread is sending on or receiving from " + socket.subject());
        }
    }

    private void closeReceived() {
        received.forEach(Fd::close);
        received.clear();
    }

    private void attach(List<Fd> fds) {
        if (fds.isEmpty()) {
            header.set(ValueLayout.ADDRESS, MSG_CONTROL, MemorySegment.NULL);
            header.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, 0L);
            return;
        }
        control.set(ValueLayout.JAVA_LONG, 0, CMSG_DATA + (long) Integer.BYTES * fds.size());
        control.set(ValueLayout.JAVA_INT, CMSG_LEVEL, SOL_SOCKET);
        control.set(ValueLayout.JAVA_INT, CMSG_TYPE, SCM_RIGHTS);
        for (int i = 0; i < fds.size(); i++) {
            int number = fds.get(i).number();
            control.set(ValueLayout.JAVA_INT, CMSG_DATA + (long) i * Integer.BYTES, number);
        }
        header.set(ValueLayout.ADDRESS, MSG_CONTROL, control);
        header.set(ValueLayout.JAVA_LONG, MSG_CONTROLLEN, controlSize(fds.size()));
    }

    private void point(MemorySegment bytes, long offset, long length) {
        point(0, bytes, offset, length);
        header.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, 1L);
    }

    private void pointTail(MemorySegment tail, long offset, long length) {
        point(IOVEC_SIZE, tail, offset, length);
        header.set(ValueLayout.JAVA_LONG, MSG_IOVLEN, 2L);
    }

    private void point(long entry, MemorySegment bytes, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, bytes.byteSize());
        if (!bytes.isNative()) {
            throw new IllegalArgumentException("only native memory can be sent or received into");
        }
        vector.set(ValueLayout.JAVA_LONG, entry, bytes.address() + offset);
        vector.set(ValueLayout.JAVA_LONG, entry + IOV_LEN, length);
    }

    /** Every descriptor in the control messages becomes owned, whatever the message says otherwise. */
    private void collect(long length) {
        long at = 0;
        while (at + CMSG_DATA <= length) {
            long size = control.get(ValueLayout.JAVA_LONG, at);
            if (size < CMSG_DATA || size > length - at) {
                return;
            }
            if (control.get(ValueLayout.JAVA_INT, at + CMSG_LEVEL) == SOL_SOCKET
                    && control.get(ValueLayout.JAVA_INT, at + CMSG_TYPE) == SCM_RIGHTS) {
                for (long fd = at + CMSG_DATA; fd + Integer.BYTES <= at + size; fd += Integer.BYTES) {
                    received.add(Fd.take(control.get(ValueLayout.JAVA_INT, fd), "received descriptor"));
                }
            }
            at += align(size);
        }
    }

    private static long controlSize(int fds) {
        return align(CMSG_DATA + (long) Integer.BYTES * fds);
    }

    private static long align(long size) {
        return (size + Long.BYTES - 1) & -Long.BYTES;
    }
}
