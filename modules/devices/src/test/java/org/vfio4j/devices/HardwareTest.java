/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.bus.BusDrivers;
import org.vfio4j.vfio.bus.Hardware;
import org.vfio4j.vfio.core.Credentials;
import org.vfio4j.vfio.core.GroupHandle;
import org.vfio4j.vfio.core.OpenDevice;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.core.VfioCore;

/** The PCI function and the platform device, as their users have them through vfio-pci and vfio-platform. */
class HardwareTest {
    private static final String EDU = "0000:00:05.0";
    private static final String UART = "10000000.serial";
    private static final int LIVENESS = 0x04;
    private static final int FACTORIAL = 0x08;
    private static final int STATUS = 0x20;
    private static final int IRQ_STATUS = 0x24;
    private static final int RAISE = 0x60;
    private static final int ACKNOWLEDGE = 0x64;
    private static final long DMA_BUFFER = 0x40000;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment word = arena.allocate(4);
    private final Credentials me = Credentials.ofThisProcess();
    private final VfioCore core = new VfioCore();
    private final BusDrivers buses = new BusDrivers(core);

    @AfterEach
    void close() {
        core.close();
        arena.close();
    }

    private OpenDevice open(Hardware hardware) {
        buses.bind(hardware);
        return core.open(hardware.name(), me);
    }

    private int read(VfioDevice device, int offset) {
        assertThat(device.read(0, offset, word)).isEqualTo(4);
        return word.get(ValueLayout.JAVA_INT, 0);
    }

    private void write(VfioDevice device, int offset, int value) {
        word.set(ValueLayout.JAVA_INT, 0, value);
        assertThat(device.write(0, offset, word)).isEqualTo(4);
    }

    private int readByte(VfioDevice device, int offset) {
        device.read(0, offset, word.asSlice(0, 1));
        return word.get(ValueLayout.JAVA_BYTE, 0);
    }

    private void writeByte(VfioDevice device, int offset, int value) {
        word.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
        assertThat(device.write(0, offset, word.asSlice(0, 1))).isEqualTo(1);
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call)
                .extracting(ErrnoException::errnoName)
                .isEqualTo(Errno.name(errno));
    }

    @Test
    void bothAreFoundAmongWhatIsInstalled() {
        assertThat(BusDrivers.installed()).extracting(Hardware::name).containsExactlyInAnyOrder(EDU, UART);
    }

    @Test
    void eduTellsWhoItIsInvertsAndMultiplies() {
        try (OpenDevice edu = open(new Edu())) {
            assertThat(edu.info()).isEqualTo(new DeviceInfo(DeviceInfo.PCI | DeviceInfo.RESET, 9, 5));
            assertThat(read(edu, 0)).isEqualTo(0x010000ed);
            write(edu, LIVENESS, 0x12345678);
            assertThat(read(edu, LIVENESS)).isEqualTo(~0x12345678);
            write(edu, FACTORIAL, 5);
            assertThat(read(edu, FACTORIAL)).isEqualTo(120);
            write(edu, FACTORIAL, -1);
            assertThat(read(edu, FACTORIAL)).isZero();
        }
    }

    @Test
    void eduRaisesItsInterruptUntilItIsAcknowledged() {
        try (OpenDevice edu = open(new Edu());
                Eventfd interrupt = Eventfd.create()) {
            edu.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, interrupt.fd()));
            write(edu, RAISE, 4);
            assertThat(interrupt.drain()).isEqualTo(1);
            assertThat(read(edu, IRQ_STATUS)).isEqualTo(4);
            edu.setIrqs(IrqRequest.unmask(IrqInfo.PCI_INTX));
            assertThat(interrupt.drain()).isEqualTo(1);
            write(edu, ACKNOWLEDGE, 4);
            assertThat(read(edu, IRQ_STATUS)).isZero();
            edu.setIrqs(IrqRequest.unmask(IrqInfo.PCI_INTX));
            assertThat(interrupt.drain()).isZero();
            write(edu, STATUS, 0x80);
            write(edu, FACTORIAL, 3);
            assertThat(interrupt.drain()).isEqualTo(1);
        }
    }

    @Test
    void eduCopiesFromItsUsersMemoryAndBack() {
        try (OpenDevice edu = open(new Edu());
                Fd memory = Memfd.create("guest", 1 << 20);
                Mapping guest = Mapping.readWrite(memory, 0, 1 << 20);
                Eventfd message = Eventfd.create()) {
            edu.mapDma(new DmaMapping(
                    IovaRange.of(0x100000, 1 << 20),
                    DmaMapping.READ | DmaMapping.WRITE,
                    new DmaMapping.File(memory, 0)));
            edu.setIrqs(IrqRequest.trigger(IrqInfo.PCI_MSI, message.fd()));
            guest.segment().set(ValueLayout.JAVA_INT, 0x1000, 0x600df00d);
            masterBus(edu);

            copy(edu, 0x101000, DMA_BUFFER + 8, 4, 1);
            copy(edu, DMA_BUFFER + 8, 0x102000, 4, 1 | 2 | 4);

            assertThat(guest.segment().get(ValueLayout.JAVA_INT, 0x2000)).isEqualTo(0x600df00d);
            assertThat(message.drain()).isEqualTo(1);
            assertThat(read(edu, IRQ_STATUS)).isEqualTo(0x100);
        }
    }

    @Test
    void whatEduCannotReachReadsAsOnes() {
        try (OpenDevice edu = open(new Edu());
                Fd memory = Memfd.create("guest", 1 << 20);
                Mapping guest = Mapping.readWrite(memory, 0, 1 << 20)) {
            edu.mapDma(new DmaMapping(
                    IovaRange.of(0, 1 << 20), DmaMapping.READ | DmaMapping.WRITE, new DmaMapping.File(memory, 0)));
            copy(edu, 0, DMA_BUFFER, 8, 1);
            masterBus(edu);
            copy(edu, 0x200000, DMA_BUFFER + 8, 8, 1);
            copy(edu, 0, DMA_BUFFER + 4090, 8, 1);
            copy(edu, DMA_BUFFER, 0x1000, 32, 1 | 2);

            assertThat(guest.segment().get(ValueLayout.JAVA_LONG, 0x1000)).isEqualTo(-1);
            assertThat(guest.segment().get(ValueLayout.JAVA_LONG, 0x1008)).isEqualTo(-1);
            assertThat(guest.segment().get(ValueLayout.JAVA_LONG, 0x1010)).isZero();
        }
    }

    @Test
    void aUsersMemoryIsForgottenWithHim() {
        try (Fd memory = Memfd.create("guest", 1 << 20)) {
            DmaMapping mapping =
                    new DmaMapping(IovaRange.of(0, 1 << 20), DmaMapping.READ, new DmaMapping.File(memory, 0));
            try (OpenDevice edu = open(new Edu())) {
                edu.mapDma(mapping);
                assertErrno(Errno.EEXIST, () -> edu.mapDma(mapping));
            }
            try (OpenDevice edu = core.open(EDU, me)) {
                edu.mapDma(mapping);
            }
        }
    }

    private void masterBus(VfioDevice device) {
        word.set(ValueLayout.JAVA_SHORT, 0, (short) 6);
        device.write(RegionInfo.PCI_CONFIG, 4, word.asSlice(0, 2));
    }

    private void copy(VfioDevice edu, long from, long to, long count, long command) {
        MemorySegment wide = arena.allocate(8, 8);
        long[] values = {from, to, count, command};
        for (int i = 0; i < values.length; i++) {
            wide.set(ValueLayout.JAVA_LONG, 0, values[i]);
            edu.write(0, 0x80 + 8L * i, wide);
        }
    }

    @Test
    void vfioPciResetsTheFunctionForEachUser() {
        try (OpenDevice edu = open(new Edu())) {
            write(edu, LIVENESS, 1);
        }
        try (OpenDevice edu = core.open(EDU, me)) {
            assertThat(read(edu, LIVENESS)).isZero();
        }
        assertThat(buses.pci(EDU).orElseThrow().classCode()).isEqualTo(0x00ff00);
    }

    @Test
    void theUartIsAPlatformDeviceWithOneRegionAndOneInterrupt() {
        try (OpenDevice uart = open(new MmioUart())) {
            assertThat(uart.info()).isEqualTo(new DeviceInfo(DeviceInfo.PLATFORM | DeviceInfo.RESET, 1, 1));
            assertThat(uart.regionInfo(0)).isEqualTo(new RegionInfo(0, RegionInfo.READ | RegionInfo.WRITE, 8));
            assertThat(uart.irqInfo(0).count()).isEqualTo(1);
            List<ThrowingCallable> wrong = List.of(
                    () -> uart.regionInfo(1),
                    () -> uart.irqInfo(1),
                    () -> uart.regionFile(0),
                    () -> uart.read(0, 8, word),
                    () -> uart.write(1, 0, word),
                    () -> uart.setIrqs(IrqRequest.disable(1)));
            wrong.forEach(call -> assertErrno(Errno.EINVAL, call));
            assertErrno(Errno.ENOTTY, () -> uart.queryGfxPlane(GfxPlane.PROBE | GfxPlane.REGION));
            assertErrno(Errno.ENOTTY, () -> uart.setDeviceState(DeviceState.STOP));
            assertErrno(Errno.ENOTTY, () -> uart.gfxDmabuf(0));
        }
    }

    @Test
    void theUartSendsBackWhatItGetsAndInterrupts() {
        try (OpenDevice uart = open(new MmioUart());
                Eventfd interrupt = Eventfd.create()) {
            uart.setIrqs(IrqRequest.trigger(0, interrupt.fd()));
            writeByte(uart, 2, 1);
            writeByte(uart, 1, 1);
            writeByte(uart, 0, 'v');
            assertThat(interrupt.drain()).isEqualTo(1);
            assertThat(readByte(uart, 5) & 1).isEqualTo(1);
            assertThat(readByte(uart, 0)).isEqualTo('v');
            writeByte(uart, 7, 0x55);
            uart.reset();
            assertThat(readByte(uart, 7)).isZero();
        }
    }

    @Test
    void bothAnswerQueriesWithoutAnOpen() {
        buses.bind(new Edu());
        buses.bind(new MmioUart());
        try (GroupHandle edu = core.openGroupForQueries(0, me);
                GroupHandle uart = core.openGroupForQueries(1, me)) {
            assertThat(edu.query(EDU, new Query.Region(0)).size()).isEqualTo(1 << 20);
            assertThat(uart.query(UART, new Query.Info()).flags() & DeviceInfo.PLATFORM)
                    .isEqualTo(DeviceInfo.PLATFORM);
            assertErrno(Errno.ENOTTY, () -> edu.query(EDU, new Query.Plane(GfxPlane.PROBE | GfxPlane.DMABUF)));
        }
    }
}
