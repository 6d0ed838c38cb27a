/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/**
 * Hears the kernel tell of devices that come, go and change ({@code NETLINK_KOBJECT_UEVENT}), in this network namespace. Only whether to look again is
 * taken from a message, never what is the case. Any user may listen; only root can send. For one thread.
 */
public final class KernelEvents implements AutoCloseable {
    /** The multicast group of the kernel's own messages. */
    private static final int KERNEL_GROUP = 1;
    /** {@code UEVENT_BUFFER_SIZE} of {@code linux/kobject.h} is 2048; udevd's own are longer. */
    private static final int MAX_MESSAGE = 8192;

    private static final int ENOBUFS = 105;
    private static final String SUBSYSTEM = "SUBSYSTEM=";

    private static final MethodHandle BIND = Native.libc("bind", FunctionDescriptor.of(INT, INT, POINTER, INT));

    private final Fd socket;
    private final Poll poll;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(MAX_MESSAGE);
    private final Set<String> subsystems;

    private KernelEvents(Fd socket, Set<String> subsystems) {
        this.socket = socket;
        this.poll = new Poll(socket);
        this.subsystems = subsystems;
    }

    /**
     * Listens from now on.
     *
     * @param subsystems whose devices count, such as {@code mdev} and {@code pci}
     * @throws LinuxException if this kernel or this container has no such messages
     */
    public static KernelEvents open(Set<String> subsystems) {
        return open(subsystems, KERNEL_GROUP);
    }

    static KernelEvents open(Set<String> subsystems, int groups) {
        Fd socket = UdevEvents.socket();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = UdevEvents.address(arena, groups);
            // SAFETY: address has the given size and lives until the arena closes, after the call.
            int n = (int) BIND.invokeExact(Native.state(), socket.number(), address, UdevEvents.ADDRESS_SIZE);
            Native.check(n, "bind", "netlink uevent");
            return new KernelEvents(socket, Set.copyOf(subsystems));
        } catch (Throwable e) {
            socket.close();
            throw Native.unexpected(e);
        }
    }

    /**
     * Waits for something to look at.
     *
     * @return true if one of the subsystems' devices changed, or too much happened to tell; false when the time was up
     */
    public boolean await(Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        long left = atMost.toNanos();
        while (left >= 0) {
            if (poll.await(Duration.ofNanos(left)) && drain()) {
                return true;
            }
            left = deadline - System.nanoTime();
        }
        return false;
    }

    private boolean drain() {
        boolean concerns = false;
        while (true) {
            long length;
            try {
                length = FileIo.read(socket, buffer);
            } catch (LinuxException e) {
                if (e.errno() == ENOBUFS) {
                    return true;
                }
                if (e.errno() == Errno.EAGAIN) {
                    return concerns;
                }
                throw e;
            }
            concerns |= concerns((int) Math.max(0, length));
        }
    }

    private boolean concerns(int length) {
        byte[] bytes = buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
        for (String part : new String(bytes, StandardCharsets.ISO_8859_1).split("\0", -1)) {
            if (part.startsWith(SUBSYSTEM)) {
                return subsystems.contains(part.substring(SUBSYSTEM.length()));
            }
        }
        return false;
    }

    @Override
    public void close() {
        poll.close();
        socket.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
