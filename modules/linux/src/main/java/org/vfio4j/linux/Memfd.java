/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Anonymous files of memfd_create(2): memory that another process can map through a passed descriptor. */
public final class Memfd {
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int F_SEAL_SEAL = 1;
    private static final int F_SEAL_SHRINK = 2;
    private static final int F_SEAL_GROW = 4;

    private static final MethodHandle MEMFD_CREATE =
            Native.libc("memfd_create", FunctionDescriptor.of(INT, POINTER, INT));

    private Memfd() {}

    /**
     * Makes {@code size} bytes of zeroed memory, sealed so that nobody who gets the descriptor can shrink it under a mapping (SIGBUS) or
     * grow it.
     */
    public static Fd create(String name, long size) {
        Fd fd;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment label = arena.allocateFrom(name);
            // SAFETY: label is NUL-terminated and lives until the arena closes, after the call.
            int n = (int) MEMFD_CREATE.invokeExact(Native.state(), label, MFD_CLOEXEC | MFD_ALLOW_SEALING);
            fd = Fd.take(Native.check(n, "memfd_create", name), "memfd " + name);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
        try {
            FileIo.truncate(fd, size);
            fd.fcntl(F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL, "fcntl(F_ADD_SEALS)");
            return fd;
        } catch (Throwable e) {
            fd.close();
            throw Native.unexpected(e);
        }
    }

    /**
     * Whether nobody can shrink the file under a mapping of it, which would end the process that reads there (SIGBUS): it is a memfd that is
     * sealed so.
     */
    public static boolean cannotShrink(Fd fd) {
        try {
            return (fd.fcntl(F_GET_SEALS, 0, "fcntl(F_GET_SEALS)") & F_SEAL_SHRINK) != 0;
        } catch (LinuxException e) {
            return false;
        }
    }
}
