/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * How the classes of this package reach libc: a downcall handle that leaves errno in a segment of the calling thread.
 *
 * <p>The segment belongs to one thread and is read right after the call returns there, so no other call can come between;
 * it is made once per thread, so that a call allocates nothing.
 */
final class Native {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final AddressLayout POINTER = ValueLayout.ADDRESS;

    /**
     * The shape of read(2). A start links what it calls, and each shape costs it 8 ms, so what every start calls has this one: an int in a
     * long's register, a register that the function does not look at, and a result of which an int function sets only the lower half.
     */
    static final FunctionDescriptor LIKE_READ = FunctionDescriptor.of(LONG, INT, POINTER, LONG);

    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> STATE_OF_THREAD =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private Native() {}

    /** A handle for libc's {@code name}; its first argument is {@link #state()}. */
    static MethodHandle libc(String name, FunctionDescriptor descriptor) {
        return link(name, descriptor, Linker.Option.captureCallState("errno"));
    }

    /** The same for a variadic function whose arguments from {@code firstVariadic} on are the variable ones. */
    static MethodHandle libcVariadic(String name, int firstVariadic, FunctionDescriptor descriptor) {
        return link(
                name,
                descriptor,
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    @SuppressWarnings("restricted") // the one place where libc is linked
    private static MethodHandle link(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        try {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, options);
        } catch (IllegalCallerException e) {
            throw new IllegalStateException(
                    "vfio4j calls libc from the module org.vfio4j.linux: start Java with"
                            + " --enable-native-access=org.vfio4j.linux (or ALL-UNNAMED on the class path)",
                    e);
        }
    }

    /** Where the calling thread's next call leaves errno. */
    static MemorySegment state() {
        return STATE_OF_THREAD.get();
    }

    /** The errno of the calling thread's last failed call through {@link #state()}. */
    static int errno() {
        return (int) ERRNO.get(STATE_OF_THREAD.get(), 0L);
    }

    /** True if the last call was interrupted and is to be made again: the one place where EINTR is decided. */
    static boolean interrupted(long result) {
        return result == -1 && errno() == Errno.EINTR;
    }

    /** {@code result}, or the last call's errno as an exception when it is -1. */
    static long check(long result, String call, String subject) {
        if (result == -1) {
            throw new LinuxException(errno(), call, subject);
        }
        return result;
    }

    static int check(int result, String call, String subject) {
        return (int) check((long) result, call, subject);
    }

    /**
     * A path as C's functions take it.
     *
     * @throws LinuxException EINVAL if it has a NUL, at which C would cut it short and reach another file
     */
    static MemorySegment path(Arena arena, String path, String call) {
        if (path.indexOf('\0') >= 0) {
            throw new LinuxException(Errno.EINVAL, call + " with a NUL in the path", path.replace('\0', '?'));
        }
        return arena.allocateFrom(path);
    }

    /** What a downcall handle throws beside errno is a mistake of ours, never an event. */
    static AssertionError unexpected(Throwable e) {
        if (e instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (e instanceof Error error) {
            throw error;
        }
        return new AssertionError(e);
    }
}
