/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionCapability.Area;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;

class PciDeviceTest {
    private static final int RAM = RegionInfo.PCI_BAR0;
    private static final int REGISTERS = RegionInfo.PCI_BAR2;
    private static final long RAM_SIZE = 8192;

    private final Arena arena = Arena.ofConfined();
    private final Example device = new Example(SharedMemory.create("example", RAM_SIZE));

    @AfterEach
    void close() {
        device.close();
        arena.close();
    }

    /** A device that shows all the base can do and adds nothing. */
    private static final class Example extends PciDevice {
        private final Register counter;
        private int released;

        Example(SharedMemory memory) {
            Register counter = Register.named("counter", 4, 4).writable(0xffff_ffffL);
            super(new Parts(ConfigSpace.of(0x1234, 0x5678).interruptPin(1).build())
                    .region(MemoryRegion.of(RAM, memory))
                    .region(RegisterRegion.of(REGISTERS, RegisterSet.of(16, List.of(counter))))
                    .region(RegisterRegion.of(RegionInfo.PCI_REGIONS, RegisterSet.of(4, List.of())))
                    .region(RegisterRegion.of(12, RegisterSet.of(4, List.of())))
                    .interrupts(Interrupts.of(new Intx(() -> false)))
                    .release(() -> {}));
            this.counter = counter;
        }

        @Override
        protected void closeDevice() {
            released++;
        }
    }

    @Test
    void itCountsTheRegionsThatFollowPcisOwnWithoutAGap() {
        assertThat(device.info()).isEqualTo(new DeviceInfo(DeviceInfo.PCI | DeviceInfo.RESET, 10, IrqInfo.PCI_IRQS));
    }

    @Test
    void aRegionBehindTheCountAnswersIfThereIsOne() {
        assertThat(device.regionInfo(12).size()).isEqualTo(4);
        assertThat(device.regionInfo(RegionInfo.PCI_ROM)).isEqualTo(new RegionInfo(RegionInfo.PCI_ROM, 0, 0));
        assertErrno(Errno.EINVAL, () -> device.regionInfo(10));
        assertErrno(Errno.EINVAL, () -> device.regionInfo(13));
        assertErrno(Errno.EINVAL, () -> device.regionInfo(-1));
    }

    @Test
    void anAccessThatCrossesTheEndIsCutShort() {
        MemorySegment sixteen = arena.allocate(16).fill((byte) 0x5a);

        assertThat(device.write(RAM, RAM_SIZE - 3, sixteen)).isEqualTo(3);
        assertThat(device.read(RAM, RAM_SIZE - 3, sixteen)).isEqualTo(3);
        assertThat(device.read(REGISTERS, 15, sixteen)).isEqualTo(1);
        assertThat(device.read(RegionInfo.PCI_CONFIG, 250, sixteen)).isEqualTo(6);
        assertThat(device.read(REGISTERS, 0, MemorySegment.NULL)).isZero();
    }

    @Test
    void anAccessThatStartsBehindTheEndIsRefused() {
        MemorySegment four = arena.allocate(4);
        for (long offset : new long[] {16, 17, 1L << 32, Long.MAX_VALUE, -1, -4, Long.MIN_VALUE}) {
            assertErrno(Errno.EINVAL, () -> device.read(REGISTERS, offset, four));
            assertErrno(Errno.EINVAL, () -> device.write(REGISTERS, offset, four));
        }
        assertErrno(Errno.EINVAL, () -> device.read(RAM, RAM_SIZE, four));
        assertErrno(Errno.EINVAL, () -> device.read(RegionInfo.PCI_ROM, 0, four));
        assertErrno(Errno.EINVAL, () -> device.write(99, 0, four));
        assertErrno(Errno.EINVAL, () -> device.write(-1, 0, four));
    }

    @Test
    void mappedMemoryIsTheRegionAndOutlivesTheDevice() {
        Mapping mapping;
        try (RegionFile file = device.regionFile(RAM)) {
            mapping = file.map(new Area(4096, 4096));
        }
        MemorySegment word = arena.allocateFrom(ValueLayout.JAVA_INT, 0xcafe);
        device.write(RAM, 4096 + 8, word);
        assertThat(mapping.segment().get(ValueLayout.JAVA_INT, 8)).isEqualTo(0xcafe);

        mapping.segment().set(ValueLayout.JAVA_INT, 8, 0xbeef);
        device.read(RAM, 4096 + 8, word);
        assertThat(word.get(ValueLayout.JAVA_INT, 0)).isEqualTo(0xbeef);

        device.close();
        assertThat(mapping.segment().get(ValueLayout.JAVA_INT, 8)).isEqualTo(0xbeef);
        mapping.close();
    }

    @Test
    void onlyMemoryCanBeMapped() {
        assertErrno(Errno.EINVAL, () -> device.regionFile(REGISTERS));
        assertErrno(Errno.EINVAL, () -> device.regionFile(RegionInfo.PCI_ROM));
        assertErrno(Errno.EINVAL, () -> device.regionFile(42));
    }

    @Test
    void aResetBringsRegistersBackAndKeepsEventfds() {
        device.write(REGISTERS, 4, arena.allocateFrom(ValueLayout.JAVA_INT, 7));
        try (Eventfd eventfd = Eventfd.create()) {
            device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, eventfd.fd()));

            device.reset();

            assertThat(device.counter.value()).isZero();
            device.setIrqs(IrqRequest.disable(IrqInfo.PCI_INTX));
        }
    }

    @Test
    void whatADeviceDoesNotOverrideIsNotOffered() {
        assertErrno(Errno.ENOTTY, () -> device.queryGfxPlane(GfxPlane.PROBE | GfxPlane.REGION));
        assertErrno(Errno.ENOTTY, () -> device.gfxDmabuf(1));
        assertErrno(Errno.ENOTTY, () -> device.feature(Feature.MIGRATION | Feature.PROBE, MemorySegment.NULL));
        assertErrno(Errno.ENOTTY, () -> device.setDeviceState(DeviceState.STOP));
    }

    @Test
    void aClosedDeviceAnswersAsAClosedDescriptor() {
        device.close();
        device.close();

        MemorySegment four = arena.allocate(4);
        assertThat(device.released).isEqualTo(1);
        assertErrno(Errno.EBADF, device::info);
        assertErrno(Errno.EBADF, () -> device.regionInfo(0));
        assertErrno(Errno.EBADF, () -> device.irqInfo(0));
        assertErrno(Errno.EBADF, () -> device.read(RAM, 0, four));
        assertErrno(Errno.EBADF, () -> device.write(REGISTERS, 0, four));
        assertErrno(Errno.EBADF, () -> device.regionFile(RAM));
        assertErrno(Errno.EBADF, () -> device.setIrqs(IrqRequest.disable(0)));
        assertErrno(Errno.EBADF, device::reset);
        assertErrno(Errno.EBADF, () -> device.queryGfxPlane(GfxPlane.REGION));
        assertErrno(Errno.EBADF, () -> device.gfxDmabuf(1));
        assertErrno(Errno.EBADF, () -> device.feature(Feature.MIGRATION | Feature.PROBE, four));
        assertErrno(Errno.EBADF, () -> device.setDeviceState(DeviceState.STOP));
    }

    private static void assertErrno(int errno, Runnable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo(Errno.name(errno)));
    }
}
