/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.vfio.core.CoreFixture.OWNER;
import static org.vfio4j.vfio.core.CoreFixture.STRANGER;
import static org.vfio4j.vfio.core.CoreFixture.assertErrno;
import static org.vfio4j.vfio.core.CoreFixture.pci;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;

class DeviceFeaturesTest {
    private static final DeviceFeatures FUTURE = DeviceFeatures.of(DeviceFeatures.MIGRATION, 1 << 31, 1 << 3);

    private final Arena arena = Arena.ofConfined();
    private final VfioCore core = CoreFixture.core();

    @AfterEach
    void close() {
        core.close();
        arena.close();
    }

    private MemorySegment argument(int argsz, int bytes) {
        MemorySegment argument = arena.allocate(bytes, Integer.BYTES);
        argument.fill((byte) 0x55);
        if (bytes >= Integer.BYTES) {
            argument.set(ValueLayout.JAVA_INT, 0, argsz);
        }
        return argument;
    }

    @Test
    void unknownBitsAreKept() {
        MemorySegment argument = argument(8, 8);
        FUTURE.answer(argument);
        assertThat(DeviceFeatures.read(argument)).isEqualTo(FUTURE);
        assertThat(argument.get(ValueLayout.JAVA_INT, 4)).isEqualTo(0x8000000c);
        assertThat(FUTURE.has(DeviceFeatures.MIGRATION)).isTrue();
        assertThat(FUTURE.has(DeviceFeatures.DISPLAY_DMABUF)).isFalse();
    }

    @Test
    void anArgszThatIsTooSmallIsRefusedAndNothingWritten() {
        for (int argsz : new int[] {0, 4, 7}) {
            MemorySegment argument = argument(argsz, 8);
            assertErrno(Errno.EINVAL, () -> FUTURE.answer(argument));
            assertThat(argument.get(ValueLayout.JAVA_INT, 4)).isEqualTo(0x55555555);
        }
    }

    @Test
    void aLargerArgszIsANewerUsersAndTheRestIsLeftAlone() {
        MemorySegment argument = argument(16, 16);
        FUTURE.answer(argument);
        assertThat(DeviceFeatures.read(argument)).isEqualTo(FUTURE);
        assertThat(argument.get(ValueLayout.JAVA_INT, 8)).isEqualTo(0x55555555);
        FUTURE.answer(argument(-1, 8));
    }

    @Test
    void anArgumentShorterThanItsArgszIsAFault() {
        assertErrno(Errno.EFAULT, () -> FUTURE.answer(argument(8, 4)));
        assertErrno(Errno.EFAULT, () -> FUTURE.answer(argument(8, 2)));
    }

    @Test
    void theCoreAnswersThroughTheDeviceAndThroughItsGroup() {
        core.addGroupDevice(pci("0000:00:05.0"), new ExampleOps(ExampleDevice.create()), FUTURE);
        MemorySegment argument = argument(8, 8);
        try (OpenDevice open = core.open("0000:00:05.0", OWNER, OpenMode.READ_ONLY)) {
            open.probeFeatures(argument);
            assertThat(DeviceFeatures.read(argument)).isEqualTo(FUTURE);
            MemorySegment nested = argument(8, 8);
            try (GroupHandle queries = core.openGroupForQueries(0, OWNER)) {
                queries.probeFeatures("0000:00:05.0", nested);
                assertErrno(Errno.ENODEV, () -> queries.probeFeatures("0000:00:06.0", nested));
            }
            assertThat(DeviceFeatures.read(nested)).isEqualTo(FUTURE);
        }
        assertErrno(Errno.EACCES, () -> core.openGroupForQueries(0, STRANGER));
    }

    @Test
    void theGuestsVersionIsWhatTheDeviceReportedLastAndOnlyText() {
        var report = new java.util.concurrent.atomic.AtomicReference<DeviceReport>();
        CoreDevice device = core.addGroupDevice(
                pci("0000:00:05.0"),
                told -> {
                    report.set(told);
                    return new ExampleOps(ExampleDevice.create());
                },
                DeviceFeatures.NONE);
        assertThat(device.guestDriverVersion()).isEmpty();
        report.get().guestDriverVersion("535.54.06");
        assertThat(device.guestDriverVersion()).isEqualTo("535.54.06");
        for (String hostile : new String[] {"a\nb", "\u0000", "\u00e4", "x".repeat(256)}) {
            assertErrno(Errno.EINVAL, () -> report.get().guestDriverVersion(hostile));
        }
        assertThat(device.guestDriverVersion()).isEqualTo("535.54.06");
    }
}
