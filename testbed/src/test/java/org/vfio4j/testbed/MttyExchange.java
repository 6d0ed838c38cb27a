/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.testbed.Access.read8;
import static org.vfio4j.testbed.Access.write8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.migration.StopCopy;

/**
 * States of mtty between the kernel's and ours. Runs in the VM (KernelVmIT), not by itself: it needs the kernel's. Each state goes into a device
 * that was made for it, since the kernel's mtty crashes when one that was restored is saved again.
 */
@ParameterizedClass
@FieldSource("SAMPLES")
class MttyExchange {
    static final List<Sample> SAMPLES = Sample.of("mtty");

    private static final int DATA = 0;
    private static final int IER = 1;
    private static final int FCR = 2;
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int SCR = 7;
    private static final int DLAB = 0x80;
    private static final int MODE_8N1 = 3;
    private static final int MCR_LOOP_OUT2_RTS_DTR = 0x1b;
    private static final int LSR_DATA = 1;
    private static final int LSR_EMPTY = 0x60;
    private static final int DIVISOR_LOW = 0x0c;
    private static final int DIVISOR_HIGH = 1;

    private final Sample sample;

    MttyExchange(Sample sample) {
        this.sample = sample;
    }

    /** Which way a state goes. */
    enum Way {
        KERNEL_TO_OURS,
        OURS_TO_KERNEL,
        KERNEL_TO_OURS_TO_KERNEL
    }

    @ParameterizedTest
    @EnumSource
    void whatOneSavedTheOtherHas(Way way) throws IOException {
        boolean fromKernel = way != Way.OURS_TO_KERNEL;
        byte[] saved;
        try (VfioDevice source = fromKernel ? kernels() : ours()) {
            fill(source);
            saved = save(source);
            assertFilled(source);
        }
        if (way == Way.KERNEL_TO_OURS_TO_KERNEL) {
            try (VfioDevice between = ours()) {
                restore(between, saved);
                byte[] again = save(between);
                assertThat(again)
                        .as("ours saves what it was given, byte for byte")
                        .isEqualTo(saved);
                assertFilled(between);
                saved = again;
            }
        }
        try (VfioDevice target = way == Way.KERNEL_TO_OURS ? ours() : kernels()) {
            restore(target, saved);
            assertFilled(target);
            assertLoopsBack(target);
        }
    }

    private VfioDevice ours() {
        return Side.OURS.open(sample);
    }

    /** A new one: `create` is written as a shell would. */
    private VfioDevice kernels() throws IOException {
        String uuid = UUID.randomUUID().toString();
        Files.writeString(
                Root.ofThisMachine()
                        .base()
                        .resolve(Path.of("sys/class/mdev_bus/mtty/mdev_supported_types", sample.type(), "create")),
                uuid);
        return Side.KERNEL_GROUP.open(new Sample(sample.type(), sample.driver(), uuid));
    }

    private int ports() {
        return sample.type().equals("mtty-1") ? 1 : 2;
    }

    /** Gives every port registers, a divisor, and bytes that wait in its FIFO, each port others. */
    private void fill(VfioDevice device) {
        for (int port = 0; port < ports(); port++) {
            int bar = RegionInfo.PCI_BAR0 + port;
            write8(device, bar, LCR, DLAB | MODE_8N1);
            write8(device, bar, DATA, DIVISOR_LOW + port);
            write8(device, bar, IER, DIVISOR_HIGH);
            write8(device, bar, LCR, MODE_8N1);
            write8(device, bar, FCR, 1);
            write8(device, bar, IER, 1);
            write8(device, bar, MCR, MCR_LOOP_OUT2_RTS_DTR);
            write8(device, bar, SCR, 0xa5 + port);
            for (int i = 0; i < 5; i++) {
                write8(device, bar, DATA, 'a' + i + 8 * port);
            }
            assertThat(read8(device, bar, DATA))
                    .as("one is taken: the FIFO does not begin at 0")
                    .isEqualTo('a' + 8 * port);
        }
    }

    /** Looks without changing anything: the FIFO's content is looked at last, where it is taken. */
    private void assertFilled(VfioDevice device) {
        for (int port = 0; port < ports(); port++) {
            int bar = RegionInfo.PCI_BAR0 + port;
            assertThat(read8(device, bar, LCR)).isEqualTo(MODE_8N1);
            assertThat(read8(device, bar, IER)).isEqualTo(1);
            assertThat(read8(device, bar, MCR)).isEqualTo(MCR_LOOP_OUT2_RTS_DTR);
            assertThat(read8(device, bar, SCR)).isEqualTo(0xa5 + port);
            assertThat(read8(device, bar, LSR) & LSR_DATA).isEqualTo(LSR_DATA);
        }
    }

    /** The bytes that waited come out in their order, and then what is sent comes back. */
    private void assertLoopsBack(VfioDevice device) {
        for (int port = 0; port < ports(); port++) {
            int bar = RegionInfo.PCI_BAR0 + port;
            for (int i = 1; i < 5; i++) {
                assertThat(read8(device, bar, DATA)).isEqualTo('a' + i + 8 * port);
            }
            assertThat(read8(device, bar, LSR) & LSR_EMPTY).isEqualTo(LSR_EMPTY);
            write8(device, bar, DATA, '!');
            assertThat(read8(device, bar, DATA)).isEqualTo('!');
        }
    }

    private static byte[] save(VfioDevice device) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StopCopy.save(device, Channels.newChannel(bytes), done -> {});
        return bytes.toByteArray();
    }

    private static void restore(VfioDevice device, byte[] saved) throws IOException {
        StopCopy.restore(device, Channels.newChannel(new ByteArrayInputStream(saved)), done -> {});
    }
}
