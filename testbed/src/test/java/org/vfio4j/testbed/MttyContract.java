/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.testbed.Access.errno;
import static org.vfio4j.testbed.Access.read8;
import static org.vfio4j.testbed.Access.write8;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/** mtty: serial ports that loop back, with interrupts and migration. */
@ParameterizedClass
@FieldSource("SAMPLES")
class MttyContract {
    static final List<Sample> SAMPLES = Sample.of("mtty");

    private static final int UART = RegionInfo.PCI_BAR0;
    private static final int DATA = 0;
    private static final int IER = 1;
    private static final int IIR = 2;
    private static final int FCR = 2;
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int MSR = 6;
    private static final int SCR = 7;
    private static final int DLAB = 0x80;

    private final Sample sample;
    private VfioDevice device;

    MttyContract(Sample sample) {
        this.sample = sample;
    }

    @BeforeEach
    void open() {
        device = Side.current().open(sample);
        device.reset();
        drain();
    }

    @AfterEach
    void close() {
        write8(device, UART, IER, 0);
        drain();
        device.close();
    }

    @Test
    void loopsBackWhatIsSent() {
        write8(device, UART, FCR, 1);
        for (byte b : "vfio".getBytes(StandardCharsets.US_ASCII)) {
            write8(device, UART, DATA, b);
        }

        assertThat(read8(device, UART, LSR) & 1).isEqualTo(1);
        assertThat(read8(device, UART, DATA)).isEqualTo('v');
        assertThat(read8(device, UART, DATA)).isEqualTo('f');
        assertThat(read8(device, UART, DATA)).isEqualTo('i');
        assertThat(read8(device, UART, DATA)).isEqualTo('o');
        assertThat(read8(device, UART, LSR)).isEqualTo(0x60);
    }

    @Test
    void overrunsWhenItsFifoIsFull() {
        write8(device, UART, FCR, 1);
        for (int i = 0; i < 17; i++) {
            write8(device, UART, DATA, 0x40 + i);
        }

        assertThat(read8(device, UART, LSR) & 2).isEqualTo(2);
        if (Side.current().isKernel()) {
            // The kernel's mtty takes a full FIFO for an empty one.
            assertThat(read8(device, UART, DATA)).isZero();
            return;
        }
        for (int i = 0; i < 16; i++) {
            assertThat(read8(device, UART, DATA)).isEqualTo(0x40 + i);
        }
    }

    @Test
    void keepsWhatItsPlainRegistersAreGiven() {
        write8(device, UART, SCR, 0x5a);
        write8(device, UART, MCR, 0x0b);
        write8(device, UART, IER, 0xff);

        assertThat(read8(device, UART, SCR)).isEqualTo(0x5a);
        assertThat(read8(device, UART, MCR)).isEqualTo(0x0b);
        assertThat(read8(device, UART, IER)).isEqualTo(0x0f);
        assertThat(read8(device, UART, MSR) & 0xa2).isEqualTo(0xa2);
        write8(device, UART, MCR, 0);
    }

    @Test
    void showsTheDivisorBehindDlab() {
        write8(device, UART, LCR, DLAB | 3);
        write8(device, UART, DATA, 0x0c);
        write8(device, UART, IER, 0x01);

        assertThat(read8(device, UART, DATA)).isEqualTo(0x0c);
        assertThat(read8(device, UART, IER)).isEqualTo(0x01);

        write8(device, UART, LCR, 3);
        assertThat(read8(device, UART, LCR)).isEqualTo(3);
    }

    @Test
    void interruptsOnceUntilItIsUnmasked() {
        try (Eventfd interrupt = Eventfd.create()) {
            device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, interrupt.fd()));
            write8(device, UART, FCR, 1);
            write8(device, UART, IER, 1);
            interrupt.drain();
            device.setIrqs(IrqRequest.unmask(IrqInfo.PCI_INTX));
            interrupt.drain();

            write8(device, UART, DATA, 'a');

            assertThat(interrupt.drain()).isEqualTo(1);
            assertThat(read8(device, UART, IIR) & 0x0f).isEqualTo(4);
            device.setIrqs(IrqRequest.disable(IrqInfo.PCI_INTX));
        }
    }

    @Test
    void signalsNobodyAfterItsInterruptWasTakenAway() {
        try (Eventfd interrupt = Eventfd.create()) {
            device.setIrqs(IrqRequest.trigger(IrqInfo.PCI_INTX, interrupt.fd()));
            device.setIrqs(IrqRequest.disable(IrqInfo.PCI_INTX));
            interrupt.drain();
            write8(device, UART, FCR, 1);
            write8(device, UART, IER, 1);

            write8(device, UART, DATA, 'a');

            assertThat(interrupt.drain()).isZero();
        }
    }

    @Test
    void savesAStreamOfTheKernelsFormat() {
        write8(device, UART, FCR, 1);
        write8(device, UART, SCR, 0xa5);
        write8(device, UART, DATA, 'x');
        write8(device, UART, DATA, 'y');

        byte[] saved = save();

        assertThat(saved).hasSize(24 + 36 * ports());
        assertThat(HexFormat.of().formatHex(saved, 0, 24))
                .as("magic, version 1.0, ports, flags")
                .isEqualTo("4e2c3e8c89099d7e" + "01000000" + "00000000" + (ports() == 1 ? "01" : "02") + "000000"
                        + "00000000");
        assertThat(Feature.migrationDataSize(device)).isEqualTo(saved.length);
        assertThat(new String(saved, 32, 2, StandardCharsets.US_ASCII)).isEqualTo("xy");
        assertThat(saved[50]).isEqualTo((byte) 2);
    }

    @Test
    void restoresWhatWasSaved() {
        write8(device, UART, FCR, 1);
        write8(device, UART, SCR, 0xa5);
        write8(device, UART, DATA, 'x');
        write8(device, UART, DATA, 'y');
        byte[] saved = save();
        device.setDeviceState(DeviceState.RUNNING).ifPresent(MigrationStream::close);
        write8(device, UART, SCR, 0);
        drain();

        restore(saved);
        device.setDeviceState(DeviceState.RUNNING).ifPresent(MigrationStream::close);

        assertThat(read8(device, UART, SCR)).isEqualTo(0xa5);
        assertThat(read8(device, UART, DATA)).isEqualTo('x');
        assertThat(read8(device, UART, DATA)).isEqualTo('y');
    }

    @Test
    void sendsTheHeaderAloneWhileItStillRuns() {
        try (MigrationStream stream =
                device.setDeviceState(DeviceState.PRE_COPY).orElseThrow()) {
            MigrationStream.PrecopyInfo before = stream.precopyInfo();
            byte[] header = drain(stream, 24);

            assertThat(before.initialBytes()).isEqualTo(24);
            assertThat(before.dirtyBytes()).isZero();
            assertThat(header).hasSize(24);
            assertThat(stream.precopyInfo().initialBytes()).isZero();

            Optional<MigrationStream> none = device.setDeviceState(DeviceState.STOP_COPY);
            assertThat(none).isEmpty();
            assertThat(drain(stream, 1000)).hasSize(36 * ports());
        }
    }

    @Test
    void refusesStreamsThatAreNotItsOwn() {
        byte[] good = save();
        device.setDeviceState(DeviceState.RUNNING);

        byte[] wrongMagic = good.clone();
        wrongMagic[0] ^= 1;
        byte[] wrongVersion = good.clone();
        wrongVersion[8] = 9;
        byte[] wrongPorts = good.clone();
        wrongPorts[16] = 7;
        byte[] tooLong = Arrays.copyOf(good, good.length + 1);
        byte[] tooShort = Arrays.copyOf(good, good.length - 1);

        assertThat(refusal(wrongMagic)).isEqualTo("EFAULT");
        assertThat(refusal(wrongVersion)).isEqualTo("EFAULT");
        assertThat(refusal(wrongPorts)).isEqualTo("EFAULT");
        assertThat(refusal(tooLong)).isEqualTo("ENOMEM");
        assertThat(refusal(tooShort)).isEqualTo("EINVAL");
    }

    @Test
    void logsDmaOnlyBetweenStartAndStop() {
        device.startDmaLogging(4096, List.of(IovaRange.of(0, 0x100000)));
        device.stopDmaLogging();

        if (Side.current().isKernel()) {
            // The kernel's mtty keeps no account of it.
            device.stopDmaLogging();
        } else {
            assertThat(errno(device::stopDmaLogging)).isEqualTo("EINVAL");
        }
    }

    private String refusal(byte[] stream) {
        device.reset();
        return errno(() -> {
            restore(stream);
            device.setDeviceState(DeviceState.RUNNING);
        });
    }

    private int ports() {
        return sample.type().equals("mtty-1") ? 1 : 2;
    }

    private byte[] save() {
        try (MigrationStream stream =
                device.setDeviceState(DeviceState.STOP_COPY).orElseThrow()) {
            return drain(stream, 4096);
        }
    }

    private void restore(byte[] saved) {
        try (Arena arena = Arena.ofConfined();
                MigrationStream stream =
                        device.setDeviceState(DeviceState.RESUMING).orElseThrow()) {
            MemorySegment bytes = arena.allocate(saved.length);
            MemorySegment.copy(saved, 0, bytes, ValueLayout.JAVA_BYTE, 0, saved.length);
            for (long sent = 0; sent < saved.length; ) {
                sent += stream.write(bytes.asSlice(sent));
            }
        }
    }

    private static byte[] drain(MigrationStream stream, int most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(most);
            int got = 0;
            while (got < most) {
                int n = stream.read(bytes.asSlice(got));
                if (n == 0) {
                    break;
                }
                got += n;
            }
            return bytes.asSlice(0, got).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /** Leaves the FIFO empty: a reset of the kernel's mtty keeps it. */
    private void drain() {
        write8(device, UART, LCR, 0);
        write8(device, UART, FCR, 7);
        write8(device, UART, FCR, 0);
    }
}
