/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FdChannel;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;

class IoctlNumberTest {
    /** {@code asm-generic/ioctls.h}: how many bytes wait, into an int. */
    private static final IoctlNumber FIONREAD = new IoctlNumber("FIONREAD", 0x541b);

    @Test
    void whatTheKernelWritesIsInTheArgument() {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (Arena arena = Arena.ofConfined();
                FdChannel sender = FdChannel.take(pair.left());
                FdChannel receiver = FdChannel.take(pair.right())) {
            sender.send(arena.allocate(11), List.of());
            MemorySegment waiting = arena.allocate(ValueLayout.JAVA_INT);

            int result = FIONREAD.call(receiver.socket(), waiting);

            assertThat(result).isZero();
            assertThat(waiting.get(ValueLayout.JAVA_INT, 0)).isEqualTo(11);
        }
    }

    @Test
    void aFailedCallIsNamedAsInTheHeader() {
        try (Arena arena = Arena.ofConfined();
                Fd notADevice = Memfd.create("ioctl-test", 1)) {
            MemorySegment info = VfioDeviceInfo.INFO.request(arena);

            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> VfioIoctl.VFIO_DEVICE_GET_INFO.call(notADevice, info))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOTTY))
                    .satisfies(e -> assertThat(e.call()).isEqualTo("VFIO_DEVICE_GET_INFO"))
                    .satisfies(e -> assertThat(e.subject()).isEqualTo("memfd ioctl-test"));
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> VfioIoctl.VFIO_DEVICE_RESET.call(notADevice))
                    .withMessageStartingWith("VFIO_DEVICE_RESET memfd ioctl-test: ENOTTY");
        }
    }
}
