/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.vfio4j.linux.Native.INT;
import static org.vfio4j.linux.Native.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Which file a descriptor is and how long it is: statx(2).
 *
 * @param device major and minor number of the file system's device, in the high and low half
 * @param inode of the file in it; with {@code device} it names the file
 * @param mode type and permissions: {@code stx_mode}
 * @param size in bytes; 0 for what is no regular file
 */
public record FileStatus(long device, long inode, int mode, long size) {
    private static final int S_IFMT = 0xf000;
    private static final int S_IFREG = 0x8000;

    // struct statx of linux/stat.h, which is the same on every architecture
    private static final long STATX_SIZE = 256;
    private static final long STX_MODE = 28;
    private static final long STX_INO = 32;
    private static final long STX_SIZE = 40;
    private static final long STX_DEV_MAJOR = 136;
    private static final long STX_DEV_MINOR = 140;
    private static final int STATX_BASIC_STATS = 0x7ff;
    private static final int AT_EMPTY_PATH = 0x1000;

    private static final MethodHandle STATX =
            Native.libc("statx", FunctionDescriptor.of(INT, INT, POINTER, INT, INT, POINTER));

    /** The file behind {@code fd}. */
    public static FileStatus of(Fd fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(STATX_SIZE, Long.BYTES);
            MemorySegment empty = arena.allocate(1);
            // SAFETY: both live until the arena closes, after the call; status has the size of struct statx.
            int n = (int)
                    STATX.invokeExact(Native.state(), fd.number(), empty, AT_EMPTY_PATH, STATX_BASIC_STATS, status);
            Native.check(n, "statx", fd.subject());
            long major = Integer.toUnsignedLong(status.get(ValueLayout.JAVA_INT, STX_DEV_MAJOR));
            long minor = Integer.toUnsignedLong(status.get(ValueLayout.JAVA_INT, STX_DEV_MINOR));
            return new FileStatus(
                    (major << Integer.SIZE) | minor,
                    status.get(ValueLayout.JAVA_LONG, STX_INO),
                    Short.toUnsignedInt(status.get(ValueLayout.JAVA_SHORT, STX_MODE)),
                    status.get(ValueLayout.JAVA_LONG, STX_SIZE));
        } catch (Throwable e) {
            throw Native.unexpected(e);
        }
    }

    /** Whether it is a regular file, as a memfd is. */
    public boolean isRegular() {
        return (mode & S_IFMT) == S_IFREG;
    }
}
