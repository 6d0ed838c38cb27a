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
import java.time.Duration;

/** poll(2) over a fixed set of descriptors, for reading. Its memory is made once, so that waiting allocates nothing. */
public final class Poll implements AutoCloseable {
    private static final short POLLIN = 1;
    /** {@code struct pollfd}: int fd, short events, short revents. */
    private static final long POLLFD_SIZE = 8;

    private static final long REVENTS = 6;
    private static final long MAX_MILLIS = Integer.MAX_VALUE;

    private static final MethodHandle POLL = Native.libc("poll", FunctionDescriptor.of(INT, POINTER, LONG, INT));

    private final Arena arena = Arena.ofShared();
    private final MemorySegment set;
    private final int count;

    /** Watches {@code fds}, which stay their owners' and must stay open while this is used. */
    public Poll(Fd... fds) {
        count = fds.length;
        set = arena.allocate(POLLFD_SIZE * Math.max(1, count), Integer.BYTES);
        for (int i = 0; i < count; i++) {
            set.set(ValueLayout.JAVA_INT, i * POLLFD_SIZE, fds[i].number());
            set.set(ValueLayout.JAVA_SHORT, i * POLLFD_SIZE + Integer.BYTES, POLLIN);
        }
    }

    /**
     * Waits until one is readable, in error or hung up.
     *
     * @param timeout at most so long; a negative one waits for ever
     * @return true if one is, false when the time was up
     */
    public boolean await(Duration timeout) {
        boolean forever = timeout.isNegative();
        long deadline = System.nanoTime() + (forever ? 0 : nanos(timeout));
        try {
            int ready;
            long left;
            do {
                left = Math.max(0, deadline - System.nanoTime());
                int millis = forever ? -1 : (int) Math.min(MAX_MILLIS, (left + 999_999) / 1_000_000);
                // SAFETY: set holds count structures and lives until close, which the owner of this object calls.
                ready = (int) POLL.invokeExact(Native.state(), set, (long) count, millis);
                // poll(2) cannot wait longer than that at once
            } while (Native.interrupted(ready) || (ready == 0 && left > MAX_MILLIS * 1_000_000));
            return Native.check(ready, "poll", count + " descriptors") > 0;
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Whether the last {@link #await} found descriptor {@code index} readable, in error or hung up. */
    public boolean ready(int index) {
        return set.get(ValueLayout.JAVA_SHORT, index * POLLFD_SIZE + REVENTS) != 0;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    /** Half of what a long has, so that adding to it cannot overflow: a century and a half. */
    private static long nanos(Duration timeout) {
        Duration most = Duration.ofNanos(Long.MAX_VALUE / 2);
        return (timeout.compareTo(most) < 0 ? timeout : most).toNanos();
    }
}
