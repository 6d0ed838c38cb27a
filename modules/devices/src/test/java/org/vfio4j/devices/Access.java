/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** What a device's user does, in the words of a test. Closing it closes the device. */
final class Access implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final VfioDevice device;

    Access(VfioDevice device) {
        this.device = device;
    }

    /** Reads 1, 2, 4 or 8 bytes. */
    long read(int region, long offset, int width) {
        MemorySegment word = arena.allocate(8);
        assertThat(device.read(region, offset, word.asSlice(0, width))).isEqualTo(width);
        return word.get(ValueLayout.JAVA_LONG, 0);
    }

    /** Writes the low 1, 2, 4 or 8 bytes of a value. */
    void write(int region, long offset, int width, long value) {
        MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_LONG, value);
        assertThat(device.write(region, offset, word.asSlice(0, width))).isEqualTo(width);
    }

    byte[] bytes(int region, long offset, int count) {
        MemorySegment into = arena.allocate(count);
        assertThat(device.read(region, offset, into)).isEqualTo(count);
        return into.toArray(ValueLayout.JAVA_BYTE);
    }

    void write(int region, long offset, byte[] bytes) {
        assertThat(device.write(region, offset, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes)))
                .isEqualTo(bytes.length);
    }

    /** Reads four bytes of configuration space. */
    int config(int offset) {
        return (int) read(RegionInfo.PCI_CONFIG, offset, 4);
    }

    void config(int offset, int value) {
        write(RegionInfo.PCI_CONFIG, offset, 4, value);
    }

    /** A feature's payload. */
    MemorySegment payload(long bytes) {
        return arena.allocate(bytes, 8);
    }

    static void assertErrno(int errno, Runnable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo(Errno.name(errno)));
    }

    @Override
    public void close() {
        device.close();
        arena.close();
    }
}
