/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.LONG;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** ioctl(2) with a structure or a number as its argument. EINTR is retried. */
public final class Ioctl {
    private static final MethodHandle WITH_POINTER =
            Native.libcVariadic("ioctl", 2, FunctionDescriptor.of(INT, INT, LONG, POINTER));
    private static final MethodHandle WITH_LONG =
            Native.libcVariadic("ioctl", 2, FunctionDescriptor.of(INT, INT, LONG, LONG));

    private Ioctl() {}

    /**
     * Calls {@code request} with the structure in {@code argument}, a native segment at least as large as the kernel may read or write
     * for this request (its argsz, where it has one).
     *
     * @return what ioctl(2) returned, never negative
     * @throws LinuxException with {@code name} as its call
     */
    public static int call(Fd fd, long request, MemorySegment argument, String name) {
        try {
            int r;
            do {
                // SAFETY: the caller sized argument for this request; it lives at least as long as the caller's frame.
                r = (int) WITH_POINTER.invokeExact(Native.state(), fd.number(), request, argument);
            } while (Native.interrupted(r));
            return Native.check(r, name, fd.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Calls {@code request} with a number (0 where it takes none). */
    public static int call(Fd fd, long request, long argument, String name) {
        try {
            int r;
            do {
                // SAFETY: no memory is passed.
                r = (int) WITH_LONG.invokeExact(Native.state(), fd.number(), request, argument);
            } while (Native.interrupted(r));
            return Native.check(r, name, fd.subject());
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }
}
