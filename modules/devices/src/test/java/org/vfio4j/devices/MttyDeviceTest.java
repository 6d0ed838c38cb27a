/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.devices.Access.assertErrno;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionInfo;

/** The kernel's answers are those of its own mtty in a VM. */
class MttyDeviceTest {
    private static final int RX_TX = 0;
    private static final int IER = 1;
    private static final int IIR_FCR = 2;
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int MSR = 6;
    private static final int SCR = 7;
    private static final int DLAB = 0x80;

    private final MttyDevice device = new MttyDevice(MttyDevice.Model.DUAL, () -> {});
    private final Access access = new Access(device);
    private final Eventfd eventfd = Eventfd.create();

    @AfterEach
    void close() {
        access.close();
        eventfd.close();
    }

    @Test
    void itTellsOfItselfWhatTheKernelsDoes() {
        int rw = RegionInfo.READ | RegionInfo.WRITE;
        assertThat(device.info()).isEqualTo(new DeviceInfo(DeviceInfo.PCI, 9, 5));
        for (int region = 0; region < 9; region++) {
            long size = region < 2 ? 8 : region == RegionInfo.PCI_CONFIG ? 256 : 0;
            assertThat(device.regionInfo(region)).isEqualTo(new RegionInfo(region, rw, size));
        }
        assertErrno(Errno.EINVAL, () -> device.regionInfo(9));
        assertThat(device.irqInfo(0)).isEqualTo(new IrqInfo(0, 7, 1));
        assertThat(device.irqInfo(1)).isEqualTo(new IrqInfo(1, 9, 1));
        assertErrno(Errno.EINVAL, () -> device.irqInfo(2));
        assertErrno(Errno.EINVAL, () -> device.irqInfo(3));
        assertErrno(Errno.EINVAL, () -> device.irqInfo(4));
    }

    @Test
    void itHasNoDisplay() {
        assertErrno(Errno.ENOTTY, () -> device.queryGfxPlane(GfxPlane.PROBE | GfxPlane.REGION));
        assertErrno(Errno.ENOTTY, () -> device.queryGfxPlane(GfxPlane.DMABUF));
        assertErrno(Errno.ENOTTY, () -> device.gfxDmabuf(1));
    }

    @ParameterizedTest
    @CsvSource({"SINGLE, 0", "DUAL, 0xfffffff9"})
    void theConfigurationSpaceIsThatOfASerialCard(MttyDevice.Model model, String secondBar) {
        try (Access guest = new Access(new MttyDevice(model, () -> {}))) {
            assertThat(guest.config(0x00)).isEqualTo(0x3253_4348);
            assertThat(guest.config(0x04)).isEqualTo(0x0200_0001);
            assertThat(guest.config(0x08)).isEqualTo(0x0700_0210);
            assertThat(guest.config(0x2c)).isEqualTo(0x3253_4348);
            assertThat(guest.config(0x34)).isZero();
            assertThat(guest.config(0x3c)).isEqualTo(0x0100);
            assertThat(guest.config(0x40)).isEqualTo(0x8000_0023);
            assertThat(guest.config(0x44)).isEqualTo(0x23);
            assertThat(guest.config(0x48)).isEqualTo(0x23);
            assertThat(guest.config(0x4c)).isEqualTo(0x23);
            assertThat(guest.bytes(RegionInfo.PCI_CONFIG, 0x60, 16))
                    .isEqualTo("PCI Serial/UART\0".getBytes(StandardCharsets.US_ASCII));

            guest.config(0x10, -1);
            guest.config(0x14, -1);
            assertThat(guest.config(0x10)).isEqualTo(0xffff_fff9);
            assertThat(Integer.toUnsignedLong(guest.config(0x14))).isEqualTo(Long.decode(secondBar));
        }
    }

    @Test
    void theInterruptLineIsTheGuestsAndThePinIsNot() {
        access.config(0x3c, 0xffff_ff0b);

        assertThat(access.config(0x3c)).isEqualTo(0x010b);
    }

    @Test
    void whatIsSentComesBackInOrder() {
        String text = "loop back";
        for (byte character : text.getBytes(StandardCharsets.US_ASCII)) {
            uart(RX_TX, character);
        }
        assertThat(uart(LSR)).isEqualTo(1);

        StringBuilder received = new StringBuilder();
        while ((uart(LSR) & 1) != 0) {
            received.append((char) uart(RX_TX));
        }

        assertThat(received).hasToString(text);
        assertThat(uart(LSR)).isEqualTo(0x60);
        assertThat(uart(RX_TX)).isZero();
    }

    @Test
    void thePortsAreApart() {
        access.write(1, RX_TX, 1, 'x');
        access.write(1, SCR, 1, 0x55);

        assertThat(uart(LSR)).isEqualTo(0x60);
        assertThat(uart(SCR)).isZero();
        assertThat(access.read(1, RX_TX, 1)).isEqualTo('x');
    }

    @Test
    void aByteTooManyIsLostAndToldOf() {
        for (int i = 0; i < 16; i++) {
            uart(RX_TX, i);
        }
        assertThat(uart(LSR)).isEqualTo(1);

        uart(RX_TX, 99);

        assertThat(uart(LSR)).isEqualTo(3);
        for (int i = 0; i < 16; i++) {
            assertThat(uart(RX_TX)).isEqualTo(i);
        }
        assertThat(uart(LSR)).isEqualTo(0x62);
        uart(RX_TX, 1);
        assertThat(uart(LSR)).isEqualTo(1);
    }

    @Test
    void withoutFifosThereIsRoomForOneByte() {
        uart(IIR_FCR, 0);
        uart(RX_TX, 1);
        uart(RX_TX, 2);
        assertThat(uart(LSR)).isEqualTo(3);

        uart(IIR_FCR, 1);
        uart(RX_TX, 3);

        assertThat(uart(RX_TX)).isEqualTo(1);
        assertThat(uart(RX_TX)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 6})
    void theFifoIsClearedByEitherBit(int bits) {
        uart(RX_TX, 1);

        uart(IIR_FCR, 1 | bits);

        assertThat(uart(LSR)).isEqualTo(0x60);
    }

    @Test
    void theDivisorIsBehindDlab() {
        uart(IER, 0x05);
        uart(LCR, DLAB | 3);
        uart(RX_TX, 0x0c);
        uart(IER, 0x01);
        assertThat(uart(RX_TX)).isEqualTo(0x0c);
        assertThat(uart(IER)).isEqualTo(0x01);
        assertThat(uart(LCR)).isEqualTo(DLAB | 3);

        uart(RX_TX, 0x30);
        assertThat(uart(RX_TX)).isEqualTo(0x3c);

        uart(LCR, 3);
        assertThat(uart(IER)).isEqualTo(0x05);
        assertThat(uart(LSR)).isEqualTo(0x60);
        uart(LCR, DLAB);
        assertThat(uart(RX_TX)).isZero();
    }

    @Test
    void plainRegistersKeepWhatIsWritten() {
        uart(IER, 0xf0);
        uart(MCR, 0x13);
        uart(SCR, 0xa5);
        uart(LSR, 0xff);
        uart(MSR, 0xff);

        assertThat(uart(IER)).isZero();
        assertThat(uart(MCR)).isEqualTo(0x13);
        assertThat(uart(SCR)).isEqualTo(0xa5);
        assertThat(uart(LSR)).isEqualTo(0x60);
        assertThat(uart(MSR)).isEqualTo(0xb3);
    }

    @Test
    void withAutoflowTheOtherSideIsReadyWhileThereIsRoom() {
        uart(MCR, 0x20);
        uart(IIR_FCR, 0);
        assertThat(uart(MSR)).isEqualTo(0xb3);

        uart(RX_TX, 1);
        assertThat(uart(MSR)).isEqualTo(0xa2);
        uart(MCR, 0);
        assertThat(uart(MSR)).isEqualTo(0xb3);
    }

    @Test
    void theReasonsOfAnInterruptAddUp() {
        assertThat(uart(IIR_FCR)).isEqualTo(0xc1);
        uart(IER, 2);
        assertThat(uart(IIR_FCR)).isEqualTo(0xc2);
        uart(RX_TX, 1);
        assertThat(uart(IIR_FCR)).isEqualTo(0xc1);
        uart(IER, 7);
        assertThat(uart(IIR_FCR)).isEqualTo(0xc4);
        uart(IIR_FCR, 0);
        uart(RX_TX, 2);
        assertThat(uart(IIR_FCR)).isEqualTo(0xc6);
        uart(RX_TX);
        assertThat(uart(IIR_FCR)).isEqualTo(0xc6);
        uart(IER, 0);
        assertThat(uart(IIR_FCR)).isEqualTo(0xc1);
    }

    @Test
    void aModemInterruptReadsAsNone() {
        intx();
        uart(IER, 8);

        uart(MCR, 2);

        assertThat(eventfd.drain()).isEqualTo(1);
        assertThat(uart(IIR_FCR)).isEqualTo(0xc1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "8, 1", "0x0b, 1", "4, 0", "0x10, 0"})
    void onlyTheModemLinesInterrupt(String modem, int interrupts) {
        intx();
        uart(IER, 8);

        uart(MCR, Integer.decode(modem));

        assertThat(eventfd.drain()).isEqualTo(interrupts);
    }

    @Test
    void aReceivedByteInterruptsOnceUntilItIsUnmasked() {
        intx();
        uart(IER, 1);
        assertThat(eventfd.drain()).isZero();

        uart(RX_TX, 'a');
        uart(RX_TX, 'b');
        assertThat(eventfd.drain()).isEqualTo(1);

        unmask();
        assertThat(eventfd.drain()).as("the line is still up").isEqualTo(1);
        uart(RX_TX);
        uart(RX_TX);
        unmask();
        assertThat(eventfd.drain()).as("the FIFO is empty").isZero();
        uart(RX_TX, 'c');
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void eitherPortHoldsTheLineUp() {
        intx();
        access.write(1, IER, 1, 1);
        access.write(1, RX_TX, 1, 'a');
        assertThat(eventfd.drain()).isEqualTo(1);
        unmask();
        assertThat(eventfd.drain()).isEqualTo(1);

        access.read(1, RX_TX, 1);
        unmask();

        assertThat(eventfd.drain()).isZero();
    }

    @Test
    void anEmptyFifoInterruptsWhenAskedForAndWhenItIsReadEmpty() {
        intx();
        uart(IER, 2);
        assertThat(eventfd.drain()).isEqualTo(1);
        uart(RX_TX, 1);
        unmask();
        assertThat(eventfd.drain()).isZero();

        uart(RX_TX);

        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void anOverrunInterruptsWhenAskedFor() {
        intx();
        uart(IER, 4);
        for (int i = 0; i < 16; i++) {
            uart(RX_TX, i);
        }
        assertThat(eventfd.drain()).isZero();

        uart(RX_TX, 16);

        assertThat(eventfd.drain()).isEqualTo(1);
    }

    @Test
    void withMsiEveryEventIsAMessage() {
        device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_MSI, eventfd.fd()));
        uart(IER, 1);

        uart(RX_TX, 1);
        uart(RX_TX);
        uart(RX_TX, 2);

        assertThat(eventfd.drain()).isEqualTo(2);
        assertErrno(Errno.EINVAL, () -> device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, eventfd.fd())));
    }

    @Test
    void aWideAccessReachesItsRegistersOneByOne() {
        access.write(0, 4, 4, 0xa5ff_ff13L);

        assertThat(uart(MCR)).isEqualTo(0x13);
        assertThat(uart(SCR)).isEqualTo(0xa5);
        assertThat(access.read(0, 4, 4)).isEqualTo(0xa5b3_6013L);
    }

    @Test
    void aResetEmptiesThePortsAndKeepsTheEventfd() {
        intx();
        uart(SCR, 1);
        uart(LCR, DLAB);
        uart(RX_TX, 0x77);
        uart(LCR, 0);
        uart(RX_TX, 1);
        access.config(0x3c, 5);

        device.reset();

        assertThat(access.bytes(0, 0, 8)).containsExactly(0, 0, 0xc1, 0, 0, 0x60, 0xb3, 0);
        assertThat(access.config(0x3c)).isEqualTo(0x0100);
        uart(IER, 2);
        assertThat(eventfd.drain()).isEqualTo(1);
    }

    private void intx() {
        device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, eventfd.fd()));
    }

    private void unmask() {
        device.setIrqs(IrqRequest.unmask(IrqInfo.PCI_INTX));
    }

    private int uart(int register) {
        return (int) access.read(0, register, 1);
    }

    private void uart(int register, int value) {
        access.write(0, register, 1, value);
    }
}
