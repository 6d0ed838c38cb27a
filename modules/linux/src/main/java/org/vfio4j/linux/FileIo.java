/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.LONG;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * open, read, write, pread, pwrite, ftruncate, fstatfs and flock. Buffers are native segments; a call may transfer less than asked, as
 * the manual says, and returns how much. EINTR is retried.
 */
public final class FileIo {
    /** {@code asm-generic/fcntl.h} of x86-64. */
    public static final int O_RDONLY = 0;

    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_NOFOLLOW = 0x20000;
    private static final int O_CLOEXEC = 0x80000;

    /** {@code linux/fcntl.h}: a relative path is of the working directory. */
    private static final int AT_FDCWD = -100;

    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private FileIo() {}

    /** Opens {@code path} with {@code flags}, always close-on-exec; a file made by O_CREAT has mode 0600. */
    public static Fd open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Native.path(arena, path, "open");
            int fd;
            do {
                fd = open(name, flags | O_CLOEXEC);
            } while (Native.interrupted(fd));
            return Fd.take(Native.check(fd, "open", path), path);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    private static int open(MemorySegment name, int flags) throws Throwable {
        if ((flags & O_CREAT) == 0) {
            // SAFETY: name is NUL-terminated and its owner's arena is open; without O_CREAT openat looks at no fourth
            // argument.
            return (int) (long) OpenExisting.HANDLE.invokeExact(Native.state(), AT_FDCWD, name, (long) flags);
        }
        // SAFETY: name is NUL-terminated and its owner's arena is open.
        return (int) Open.HANDLE.invokeExact(Native.state(), name, flags, 0600);
    }

    /** Reads up to {@code into.byteSize()} bytes; 0 at the end of the file. */
    public static long read(Fd fd, MemorySegment into) {
        try {
            long n;
            do {
                // SAFETY: into is a live native segment and its own size bounds the transfer.
                n = (long) Read.HANDLE.invokeExact(Native.state(), fd.number(), into, into.byteSize());
            } while (Native.interrupted(n));
            return Native.check(n, "read", fd.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Writes up to {@code from.byteSize()} bytes and returns how many. */
    public static long write(Fd fd, MemorySegment from) {
        try {
            long n;
            do {
                // SAFETY: from is a live native segment and its own size bounds the transfer.
                n = (long) Write.HANDLE.invokeExact(Native.state(), fd.number(), from, from.byteSize());
            } while (Native.interrupted(n));
            return Native.check(n, "write", fd.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Reads up to {@code into.byteSize()} bytes at {@code offset}; 0 at the end of the file. */
    public static long pread(Fd fd, MemorySegment into, long offset) {
        try {
            long n;
            do {
                // SAFETY: into is a live native segment and its own size bounds the transfer.
                n = (long) Pread.HANDLE.invokeExact(Native.state(), fd.number(), into, into.byteSize(), offset);
            } while (Native.interrupted(n));
            return Native.check(n, "pread", fd.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Writes up to {@code from.byteSize()} bytes at {@code offset} and returns how many. */
    public static long pwrite(Fd fd, MemorySegment from, long offset) {
        try {
            long n;
            do {
                // SAFETY: from is a live native segment and its own size bounds the transfer.
                n = (long) Pwrite.HANDLE.invokeExact(Native.state(), fd.number(), from, from.byteSize(), offset);
            } while (Native.interrupted(n));
            return Native.check(n, "pwrite", fd.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Sets the file's size in bytes. */
    public static void truncate(Fd fd, long size) {
        try {
            int r;
            do {
                // SAFETY: no memory is passed.
                r = (int) Ftruncate.HANDLE.invokeExact(Native.state(), fd.number(), size);
            } while (Native.interrupted(r));
            Native.check(r, "ftruncate", fd.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Tries to take an exclusive advisory lock; false if somebody else holds one. The lock ends with the descriptor. */
    public static boolean tryLock(Fd fd) {
        try {
            int r;
            do {
                // SAFETY: no memory is passed.
                r = (int) Flock.HANDLE.invokeExact(Native.state(), fd.number(), LOCK_EX | LOCK_NB);
            } while (Native.interrupted(r));
            if (r == -1 && Native.errno() == Errno.EAGAIN) {
                return false;
            }
            Native.check(r, "flock", fd.subject());
            return true;
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    // Linking takes time at a start, so every function is linked when it is first called.

    private static final class OpenExisting {
        static final MethodHandle HANDLE = Native.libc("openat", Native.LIKE_READ);
    }

    private static final class Open {
        static final MethodHandle HANDLE =
                Native.libcVariadic("open", 2, FunctionDescriptor.of(INT, POINTER, INT, INT));
    }

    private static final class Read {
        static final MethodHandle HANDLE = Native.libc("read", Native.LIKE_READ);
    }

    private static final class Write {
        static final MethodHandle HANDLE = Native.libc("write", Native.LIKE_READ);
    }

    private static final class Pread {
        static final MethodHandle HANDLE = Native.libc("pread", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG));
    }

    private static final class Pwrite {
        static final MethodHandle HANDLE = Native.libc("pwrite", FunctionDescriptor.of(LONG, INT, POINTER, LONG, LONG));
    }

    private static final class Ftruncate {
        static final MethodHandle HANDLE = Native.libc("ftruncate", FunctionDescriptor.of(INT, INT, LONG));
    }

    private static final class Flock {
        static final MethodHandle HANDLE = Native.libc("flock", FunctionDescriptor.of(INT, INT, INT));
    }
}
