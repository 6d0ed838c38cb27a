/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** eventfd(2): the counter by which an interrupt crosses processes. */
public final class Eventfd implements AutoCloseable {
    private static final int EFD_CLOEXEC = 0x80000;
    private static final int EFD_NONBLOCK = 0x800;
    private static final int F_GETFL = 3;
    private static final int F_SETFL = 4;

    private static final MethodHandle EVENTFD = Native.libc("eventfd", FunctionDescriptor.of(INT, INT, INT));
    private static final MemorySegment ONE = one();

    private final Fd fd;

    private Eventfd(Fd fd) {
        this.fd = fd;
    }

    /** Makes a non-blocking eventfd with count 0. */
    public static Eventfd create() {
        try {
            // SAFETY: no memory is passed.
            int n = (int) EVENTFD.invokeExact(Native.state(), 0, EFD_CLOEXEC | EFD_NONBLOCK);
            return new Eventfd(Fd.take(Native.check(n, "eventfd", "counter 0"), "eventfd"));
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /**
     * Takes ownership of an eventfd that came from elsewhere, and makes it non-blocking: who passes one whose counter is full shall not
     * stop the thread that signals it.
     */
    public static Eventfd take(Fd fd) {
        try {
            fd.fcntl(F_SETFL, fd.fcntl(F_GETFL, 0, "fcntl(F_GETFL)") | FileIo.O_NONBLOCK, "fcntl(F_SETFL)");
            return new Eventfd(fd);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    public Fd fd() {
        return fd;
    }

    /** Adds one to the counter. A full counter (EAGAIN) is fine: the other side has been told. */
    public void signal() {
        try {
            FileIo.write(fd, ONE);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EAGAIN) {
                throw e;
            }
        }
    }

    /** Takes the counter's value and sets it to 0; 0 if nobody signalled. */
    public long drain() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment count = arena.allocate(ValueLayout.JAVA_LONG);
            FileIo.read(fd, count);
            return count.get(ValueLayout.JAVA_LONG, 0);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAGAIN) {
                return 0;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        fd.close();
    }

    private static MemorySegment one() {
        MemorySegment one = Arena.global().allocate(ValueLayout.JAVA_LONG);
        one.set(ValueLayout.JAVA_LONG, 0, 1L);
        return one.asReadOnly();
    }
}
