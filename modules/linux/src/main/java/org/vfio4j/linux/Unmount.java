/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** umount2(2). */
public final class Unmount {
    /** {@code linux/fs.h}: FUSE answers this by ending the connection, so that nobody waits for who served it. */
    private static final int MNT_FORCE = 1;
    /** Gone for everybody now, cleaned up when its last user has left. */
    private static final int MNT_DETACH = 2;

    private static final int UMOUNT_NOFOLLOW = 8;

    private static final MethodHandle UMOUNT2 = Native.libc("umount2", FunctionDescriptor.of(INT, POINTER, INT));

    private Unmount() {}

    /**
     * Takes the topmost mount off {@code path} at once, also from who has files open there.
     *
     * @throws LinuxException EPERM without CAP_SYS_ADMIN, EINVAL if nothing is mounted there
     */
    public static void now(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = Native.path(arena, path, "umount2");
            // SAFETY: name is NUL-terminated and lives until the arena closes, after the call.
            int r = (int) UMOUNT2.invokeExact(Native.state(), name, MNT_FORCE | MNT_DETACH | UMOUNT_NOFOLLOW);
            Native.check(r, "umount2", path);
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }
}
