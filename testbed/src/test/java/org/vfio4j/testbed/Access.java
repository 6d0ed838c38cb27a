/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;

/** Short ways for the contracts to read, write and be refused. */
final class Access {
    private Access() {}

    static int read8(VfioDevice device, int region, long offset) {
        return (int) read(device, region, offset, 1);
    }

    static int read16(VfioDevice device, int region, long offset) {
        return (int) read(device, region, offset, 2);
    }

    static int read32(VfioDevice device, int region, long offset) {
        return (int) read(device, region, offset, 4);
    }

    static void write8(VfioDevice device, int region, long offset, int value) {
        write(device, region, offset, 1, value);
    }

    static void write16(VfioDevice device, int region, long offset, int value) {
        write(device, region, offset, 2, value);
    }

    static void write32(VfioDevice device, int region, long offset, int value) {
        write(device, region, offset, 4, value);
    }

    static byte[] bytes(VfioDevice device, int region, long offset, int length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(length, Long.BYTES);
            assertThat(device.read(region, offset, into)).isEqualTo(length);
            return into.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    static void bytes(VfioDevice device, int region, long offset, byte[] bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(bytes.length, Long.BYTES);
            MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
            assertThat(device.write(region, offset, from)).isEqualTo(bytes.length);
        }
    }

    /** The name of the error number that the call ends with. */
    static String errno(ThrowingCallable call) {
        ErrnoException refused = catchThrowableOfType(ErrnoException.class, call);
        assertThat(refused).as("an error number").isNotNull();
        return Errno.name(refused.errno());
    }

    private static long read(VfioDevice device, int region, long offset, int width) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(ValueLayout.JAVA_LONG);
            assertThat(device.read(region, offset, into.asSlice(0, width))).isEqualTo(width);
            return into.get(ValueLayout.JAVA_LONG, 0);
        }
    }

    private static void write(VfioDevice device, int region, long offset, int width, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment from = arena.allocate(ValueLayout.JAVA_INT);
            from.set(ValueLayout.JAVA_INT, 0, value);
            assertThat(device.write(region, offset, from.asSlice(0, width))).isEqualTo(width);
        }
    }
}
