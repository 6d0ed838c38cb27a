/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;

/** UNIX stream sockets by descriptor: what the JDK's own channels cannot do is pass descriptors, see {@link FdChannel}. */
public final class UnixSocket {
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_PEERCRED = 17;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_SNDTIMEO = 21;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SHUT_WR = 1;
    private static final int SHUT_RDWR = 2;
    /** {@code struct sockaddr_un}: u16 family, then the path, NUL-terminated, 108 bytes at most. */
    private static final int PATH_LIMIT = 108;

    private static final MethodHandle SOCKET = Native.libc("socket", FunctionDescriptor.of(INT, INT, INT, INT));
    private static final MethodHandle SOCKETPAIR =
            Native.libc("socketpair", FunctionDescriptor.of(INT, INT, INT, INT, POINTER));
    private static final MethodHandle BIND = Native.libc("bind", FunctionDescriptor.of(INT, INT, POINTER, INT));
    private static final MethodHandle LISTEN = Native.libc("listen", FunctionDescriptor.of(INT, INT, INT));
    private static final MethodHandle ACCEPT4 =
            Native.libc("accept4", FunctionDescriptor.of(INT, INT, POINTER, POINTER, INT));
    private static final MethodHandle CONNECT = Native.libc("connect", FunctionDescriptor.of(INT, INT, POINTER, INT));
    private static final MethodHandle GETSOCKOPT =
            Native.libc("getsockopt", FunctionDescriptor.of(INT, INT, INT, INT, POINTER, POINTER));
    private static final MethodHandle FCHMOD = Native.libc("fchmod", FunctionDescriptor.of(INT, INT, INT));

    private static final MethodHandle SETSOCKOPT =
            Native.libc("setsockopt", FunctionDescriptor.of(INT, INT, INT, INT, POINTER, INT));
    private static final MethodHandle SHUTDOWN = Native.libc("shutdown", FunctionDescriptor.of(INT, INT, INT));

    private UnixSocket() {}

    /** Who is at the other end, as the kernel recorded it when the connection was made. */
    public record PeerCredentials(int pid, int uid, int gid) {}

    /** Two connected sockets. */
    public record Pair(Fd left, Fd right) {}

    /**
     * Listens at {@code path}, which must not exist yet, with mode 0600 from the first moment on.
     *
     * @param backlog how many connections may wait to be accepted
     */
    public static Fd listen(String path, int backlog) {
        Fd fd = socket(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            // The mode goes over to what bind(2) makes at path, so that it is never another one there.
            // SAFETY: no memory is passed.
            int restricted = (int) FCHMOD.invokeExact(Native.state(), fd.number(), 0600);
            Native.check(restricted, "fchmod", path);
            // SAFETY: address has the given size and lives until the arena closes, after the call.
            int bound = (int) BIND.invokeExact(Native.state(), fd.number(), address, (int) address.byteSize());
            Native.check(bound, "bind", path);
            // SAFETY: no memory is passed.
            int listening = (int) LISTEN.invokeExact(Native.state(), fd.number(), backlog);
            Native.check(listening, "listen", path);
            return fd;
        } catch (Throwable e) {
            fd.close();
            throw Native.unexpected(e);
        }
    }

    /** Waits for the next connection. */
    public static Fd accept(Fd listener) {
        try {
            int n;
            do {
                // SAFETY: the peer's address is not asked for, so both pointers are NULL.
                n = (int) ACCEPT4.invokeExact(
                        Native.state(), listener.number(), MemorySegment.NULL, MemorySegment.NULL, SOCK_CLOEXEC);
            } while (Native.interrupted(n));
            return Fd.take(Native.check(n, "accept", listener.subject()), listener.subject() + " connection");
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Connects to the socket at {@code path}. */
    public static Fd connect(String path) {
        Fd fd = socket(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = address(arena, path);
            int r;
            do {
                // SAFETY: address has the given size and lives until the arena closes, after the call.
                r = (int) CONNECT.invokeExact(Native.state(), fd.number(), address, (int) address.byteSize());
            } while (Native.interrupted(r));
            Native.check(r, "connect", path);
            return fd;
        } catch (Throwable e) {
            fd.close();
            throw Native.unexpected(e);
        }
    }

    /** Makes two sockets that are connected to each other. */
    public static Pair pair() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
            // SAFETY: two holds the two ints that the call writes.
            int r = (int) SOCKETPAIR.invokeExact(Native.state(), AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, two);
            Native.check(r, "socketpair", "unix stream");
            return new Pair(
                    Fd.take(two.getAtIndex(ValueLayout.JAVA_INT, 0), "socket pair"),
                    Fd.take(two.getAtIndex(ValueLayout.JAVA_INT, 1), "socket pair"));
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** The peer's credentials (SO_PEERCRED of socket(7)). */
    public static PeerCredentials peerCredentials(Fd socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ucred = arena.allocate(ValueLayout.JAVA_INT, 3);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, (int) ucred.byteSize());
            // SAFETY: ucred holds the three ints of struct ucred and size says so.
            int r = (int) GETSOCKOPT.invokeExact(Native.state(), socket.number(), SOL_SOCKET, SO_PEERCRED, ucred, size);
            Native.check(r, "getsockopt(SO_PEERCRED)", socket.subject());
            return new PeerCredentials(
                    ucred.getAtIndex(ValueLayout.JAVA_INT, 0),
                    ucred.getAtIndex(ValueLayout.JAVA_INT, 1),
                    ucred.getAtIndex(ValueLayout.JAVA_INT, 2));
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Whether the socket listens for connections (SO_ACCEPTCONN), rather than being one. */
    public static boolean isListening(Fd socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment flag = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment size = arena.allocateFrom(ValueLayout.JAVA_INT, (int) flag.byteSize());
            // SAFETY: flag holds the int that the option is and size says so.
            int r = (int)
                    GETSOCKOPT.invokeExact(Native.state(), socket.number(), SOL_SOCKET, SO_ACCEPTCONN, flag, size);
            Native.check(r, "getsockopt(SO_ACCEPTCONN)", socket.subject());
            return flag.get(ValueLayout.JAVA_INT, 0) != 0;
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Bounds how long a call that sends on this socket or receives from it waits for a byte to go or come: then it is EAGAIN. */
    public static void bound(Fd socket, Duration wait) {
        bound(socket, SO_SNDTIMEO, wait);
        boundReceiving(socket, wait);
    }

    /** The same for receiving only. */
    public static void boundReceiving(Fd socket, Duration wait) {
        bound(socket, SO_RCVTIMEO, wait);
    }

    private static void bound(Fd socket, int option, Duration wait) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment timeval = arena.allocate(ValueLayout.JAVA_LONG, 2);
            timeval.setAtIndex(ValueLayout.JAVA_LONG, 0, wait.toSeconds());
            timeval.setAtIndex(ValueLayout.JAVA_LONG, 1, wait.toNanosPart() / 1000);
            // SAFETY: timeval is the two longs of struct timeval and its size is given.
            int r = (int) SETSOCKOPT.invokeExact(
                    Native.state(), socket.number(), SOL_SOCKET, option, timeval, (int) timeval.byteSize());
            Native.check(r, "setsockopt of a timeout", socket.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Ends the connection in both directions: whoever waits on it, in any thread, wakes. The descriptor stays open. */
    public static void shutdown(Fd socket) {
        shutdown(socket, SHUT_RDWR);
    }

    /** Says that nothing more will be sent: the peer finds an end, and can still send. */
    public static void shutdownSending(Fd socket) {
        shutdown(socket, SHUT_WR);
    }

    private static void shutdown(Fd socket, int how) {
        try {
            // SAFETY: no memory is passed. A socket that the peer has left already is ENOTCONN, which is what was
            // wanted.
            int ignored = (int) SHUTDOWN.invokeExact(Native.state(), socket.number(), how);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    private static Fd socket(String path) {
        try {
            // SAFETY: no memory is passed.
            int n = (int) SOCKET.invokeExact(Native.state(), AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
            return Fd.take(Native.check(n, "socket", path), "socket " + path);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    private static MemorySegment address(Arena arena, String path) {
        // A name that is empty or begins with NUL would be one outside the file system, which no mode protects.
        if (path.isEmpty()) {
            throw new LinuxException(Errno.EINVAL, "socket address without a path", "''");
        }
        MemorySegment name = Native.path(arena, path, "socket address");
        if (name.byteSize() > PATH_LIMIT) {
            throw new LinuxException(Errno.EINVAL, "socket address longer than " + (PATH_LIMIT - 1) + " bytes", path);
        }
        MemorySegment address = arena.allocate(Short.BYTES + name.byteSize(), Short.BYTES);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(name, 0, address, Short.BYTES, name.byteSize());
        return address;
    }
}
