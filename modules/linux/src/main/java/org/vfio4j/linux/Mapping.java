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
 * A shared memory mapping of a file, or memory of one's own, unmapped by {@link #close}. After that every access through {@link #segment} is an
 * {@link IllegalStateException}, in any thread, never a stray access.
 */
public final class Mapping implements AutoCloseable {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int NO_FILE = -1;
    private static final int MADV_HUGEPAGE = 14;
    private static final int MADV_POPULATE_READ = 22;
    private static final int MADV_POPULATE_WRITE = 23;

    private static final MethodHandle MMAP =
            Native.libc("mmap", FunctionDescriptor.of(LONG, LONG, LONG, INT, INT, INT, LONG));
    private static final MethodHandle MADVISE = Native.libc("madvise", FunctionDescriptor.of(INT, POINTER, LONG, INT));
    private static final MethodHandle MUNMAP = Native.libc("munmap", FunctionDescriptor.of(INT, POINTER, LONG));

    private final Arena arena;
    private final MemorySegment segment;

    private Mapping(Arena arena, MemorySegment segment) {
        this.arena = arena;
        this.segment = segment;
    }

    /** Maps {@code size} bytes at the page-aligned {@code offset} for reading and writing. The mapping outlives the descriptor. */
    public static Mapping readWrite(Fd fd, long offset, long size) {
        return map(fd.number(), fd.subject(), offset, size, PROT_READ | PROT_WRITE, MAP_SHARED);
    }

    /** The same for reading only: writing through the segment is refused. */
    public static Mapping readOnly(Fd fd, long offset, long size) {
        return map(fd.number(), fd.subject(), offset, size, PROT_READ, MAP_SHARED);
    }

    /**
     * Zeroed memory of this process alone, all of it there when this returns and in huge pages where the kernel has some: for much memory that will be
     * written as a whole, which takes ten times as long if each page is made when it is touched.
     *
     * @throws LinuxException ENOMEM if there is not as much
     */
    public static Mapping anonymous(long size) {
        Mapping mapping = map(NO_FILE, "memory", 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS);
        try {
            advise(mapping.segment, MADV_HUGEPAGE);
            if (advise(mapping.segment, MADV_POPULATE_WRITE) == Errno.ENOMEM) {
                throw new LinuxException(Errno.ENOMEM, "madvise", size + " bytes of memory");
            }
            return mapping;
        } catch (RuntimeException e) {
            mapping.close();
            throw e;
        }
    }

    /**
     * Makes the pages of mapped memory, or finds those that there are, all at once: one by one, when each is touched, takes several times as long. Where the
     * kernel does not know how (before 5.14) nothing is done, nor for memory of the heap.
     */
    public static void populate(MemorySegment mapped) {
        if (mapped.isNative()) {
            advise(mapped, MADV_POPULATE_READ);
        }
    }

    /** 0 or the errno: kernels without the advice say EINVAL, and go on as they do without it. */
    private static int advise(MemorySegment segment, int advice) {
        try {
            // SAFETY: the memory is mapped while this call holds it; no advice given takes anything from it.
            int result = (int) MADVISE.invokeExact(Native.state(), segment, segment.byteSize(), advice);
            return result == 0 ? 0 : Native.errno();
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    // restricted: the one place where mapped memory gets its size; the arena is closed by close()
    @SuppressWarnings({"restricted", "MustBeClosedChecker"})
    private static Mapping map(int fd, String subject, long offset, long size, int protection, int flags) {
        long address;
        try {
            // SAFETY: the kernel chooses the place, so nothing of ours is mapped over.
            address = (long) MMAP.invokeExact(Native.state(), 0L, size, protection, flags, fd, offset);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
        Native.check(address, "mmap", subject);
        Arena arena = Arena.ofShared();
        // SAFETY: mmap gave exactly size bytes at address; the arena owns them and unmaps them once, when it closes.
        MemorySegment mapped = MemorySegment.ofAddress(address).reinterpret(size, arena, Mapping::unmap);
        return new Mapping(arena, (protection & PROT_WRITE) == 0 ? mapped.asReadOnly() : mapped);
    }

    private static void unmap(MemorySegment mapped) {
        try {
            // SAFETY: called once by the arena, when no thread can reach the segment any more.
            int ignored = (int) MUNMAP.invokeExact(Native.state(), mapped, mapped.byteSize());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** The mapped bytes, until {@link #close}. */
    public MemorySegment segment() {
        return segment;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
