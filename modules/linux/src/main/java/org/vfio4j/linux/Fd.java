/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one owner of a file descriptor. Closing it twice does nothing; using it after that is an {@link IllegalStateException}.
 *
 * <p>A method that takes ownership of an {@code Fd} it is given is named {@code take…}; every other one only borrows it.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;
    /** {@code fcntl.h}: duplicate to the lowest free number, close on exec. */
    private static final int F_DUPFD_CLOEXEC = 1030;

    private static final MethodHandle CLOSE = Native.libc("close", Native.LIKE_READ);

    /** Apart, since linking takes time at a start and few need it. */
    private static final class Fcntl {
        static final MethodHandle HANDLE = Native.libcVariadic("fcntl", 2, FunctionDescriptor.of(INT, INT, INT, INT));
    }

    private final AtomicInteger number;
    private final String subject;

    private Fd(int number, String subject) {
        this.number = new AtomicInteger(number);
        this.subject = subject;
    }

    /** Takes ownership of an open descriptor; {@code subject} names it in errors. */
    public static Fd take(int number, String subject) {
        if (number < 0) {
            throw new IllegalArgumentException("no file descriptor: " + number);
        }
        return new Fd(number, subject);
    }

    /** The descriptor's number, still owned by this object. */
    public int number() {
        int n = number.get();
        if (n == CLOSED) {
            throw new IllegalStateException(subject + " is closed");
        }
        return n;
    }

    /** What it refers to, for errors. */
    public String subject() {
        return subject;
    }

    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /** A second descriptor of the same open file, closed on exec, with an owner of its own. */
    public Fd duplicate() {
        return duplicateOf(number(), subject);
    }

    /** The same for a number that somebody else owns, such as one received in a request. */
    public static Fd duplicateOf(int borrowed, String subject) {
        return new Fd(fcntl(borrowed, F_DUPFD_CLOEXEC, 0, "fcntl(F_DUPFD_CLOEXEC)", subject), subject);
    }

    /** fcntl(2) on this descriptor with a number as its argument; {@code call} names it in errors. */
    int fcntl(int command, int argument, String call) {
        return fcntl(number(), command, argument, call, subject);
    }

    private static int fcntl(int number, int command, int argument, String call, String subject) {
        try {
            // SAFETY: no memory is passed; a number that is not open yields EBADF.
            int r = (int) Fcntl.HANDLE.invokeExact(Native.state(), number, command, argument);
            return Native.check(r, call, subject);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Gives the descriptor up: the caller owns the number from now on. */
    public int release() {
        int n = number.getAndSet(CLOSED);
        if (n == CLOSED) {
            throw new IllegalStateException(subject + " is closed");
        }
        return n;
    }

    /** Closes the descriptor. Linux frees the number whatever close(2) answers, so its errors, EINTR among them, end here. */
    @Override
    public void close() {
        int n = number.getAndSet(CLOSED);
        if (n == CLOSED) {
            return;
        }
        try {
            // SAFETY: no memory is passed; the number was ours alone until this line.
            long ignored = (long) CLOSE.invokeExact(Native.state(), n, MemorySegment.NULL, 0L);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    @Override
    public String toString() {
        int n = number.get();
        return subject + (n == CLOSED ? " (closed)" : " (fd " + n + ")");
    }
}
