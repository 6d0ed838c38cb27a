/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** epoll(7) for reading, level-triggered: a set of descriptors that grows and shrinks while it is waited on, at no cost for those that are idle. */
public final class Epoll implements AutoCloseable {
    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLLIN = 1;
    private static final int FOREVER = -1;

    /** {@code struct epoll_event}: u32 events, then u64 data, which x86-64 alone packs. */
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");

    private static final long DATA = PACKED ? 4 : 8;
    private static final long EVENT_SIZE = DATA + Long.BYTES;

    private static final MethodHandle CREATE = Native.libc("epoll_create1", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle CTL =
            Native.libc("epoll_ctl", FunctionDescriptor.of(INT, INT, INT, INT, POINTER));
    private static final MethodHandle WAIT =
            Native.libc("epoll_wait", FunctionDescriptor.of(INT, INT, POINTER, INT, INT));

    private final Fd fd;

    private Epoll(Fd fd) {
        this.fd = fd;
    }

    /** An empty set. */
    public static Epoll create() {
        try {
            // SAFETY: no memory is passed.
            int n = (int) CREATE.invokeExact(Native.state(), EPOLL_CLOEXEC);
            return new Epoll(Fd.take(Native.check(n, "epoll_create1", "epoll"), "epoll"));
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /**
     * Watches {@code watched}, which stays its owner's, until it is closed.
     *
     * @param key what {@link #await} tells when it can be read
     */
    public void add(Fd watched, long key) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT_SIZE, Integer.BYTES);
            event.set(ValueLayout.JAVA_INT, 0, EPOLLIN);
            event.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA, key);
            // SAFETY: event is one struct epoll_event and lives until the arena closes, after the call.
            int r = (int) CTL.invokeExact(Native.state(), fd.number(), EPOLL_CTL_ADD, watched.number(), event);
            Native.check(r, "epoll_ctl(EPOLL_CTL_ADD)", watched.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Waits until one of the descriptors can be read, is in error or hung up, and tells its key. */
    public long await() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment event = arena.allocate(EVENT_SIZE, Integer.BYTES);
            int n;
            do {
                // SAFETY: event has room for the one struct epoll_event asked for, and lives until the arena closes.
                n = (int) WAIT.invokeExact(Native.state(), fd.number(), event, 1, FOREVER);
            } while (Native.interrupted(n));
            Native.check(n, "epoll_wait", fd.subject());
            return event.get(ValueLayout.JAVA_LONG_UNALIGNED, DATA);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    @Override
    public void close() {
        fd.close();
    }
}
