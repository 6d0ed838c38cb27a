/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What happens to devices of ours in a virtual machine's life: several at once, plugged and unplugged, reset, remapped, and killed. */
@Timeout(900)
class GuestLifeIT {
    private static final int SIZE = 1024 * 768 * Integer.BYTES;

    private static final int DIMM_MB = 128;

    /** Where QEMU puts the first memory that is plugged, and how it tells so. */
    private static final String DIMM = "iova 0x100000000 size 0x8000000 ";

    @TempDir
    static Path folder;

    @AutoClose
    @SuppressWarnings("NullAway.Init") // boot() sets them before every test
    private static Served display;

    @AutoClose
    @SuppressWarnings("NullAway.Init")
    private static Served serial;

    @AutoClose
    @SuppressWarnings("NullAway.Init")
    private static Qemu qemu;

    @BeforeAll
    static void boot() throws IOException, InterruptedException {
        display = Served.sample(folder, "mbochs-medium");
        serial = Served.sample(folder, "mtty-1");
        qemu = Qemu.boot(
                folder, List.of(display.socket(), serial.socket()), "--append", "memhp_default_state=online_movable");
    }

    @Test
    void twoDevicesWorkSideBySide() throws Exception {
        assertBothWork();
    }

    @Test
    void bothWorkAgainAfterTheMachinesReset() throws Exception {
        assertBothWork();

        qemu.reset();

        assertBothWork();
    }

    private static void assertBothWork() throws IOException, InterruptedException {
        qemu.guest().must("modprobe bochs");
        qemu.guest().must(Picture.drawing("fb0", SIZE));
        assertThat(SerialPort.all(qemu.guest()).getFirst().loop("beside")).isEqualTo("beside");
        Picture.awaitDmabuf(display.device(), Picture.numbers(SIZE));
        qemu.guest().must(Picture.blanking("fb0", SIZE));
        Picture.awaitDmabuf(display.device(), new byte[SIZE]);
    }

    @Test
    void aDeviceIsPluggedAndUnpluggedWhileTheGuestRuns() throws Exception {
        try (Served plugged = Served.sample(folder, "mtty-2")) {
            for (int round = 0; round < 2; round++) {
                qemu.plug("plugged", "port3", plugged.socket());
                qemu.guest().await("[ $(ls /sys/bus/pci/drivers/serial | grep -c 0000:) = 2 ]");
                for (SerialPort port : SerialPort.all(qemu.guest())) {
                    assertThat(port.loop("plugged")).isEqualTo("plugged");
                }

                qemu.unplug("plugged");

                assertThat(SerialPort.all(qemu.guest())).hasSize(1);
            }
        }
    }

    @Test
    void aDisplayIsPluggedWhileTheGuestRuns() throws Exception {
        qemu.guest().must("modprobe bochs"); // the first frame buffer
        try (Served plugged = Served.sample(folder, "mdpy-xga")) {
            qemu.plug("plugged", "port4", plugged.socket());
            qemu.guest().must("modprobe mdpy-fb");
            qemu.guest().await("[ -e /dev/fb1 ]");
            qemu.guest().must(Picture.drawing("fb1", SIZE));
            Picture.ofRegion(plugged.device()).assertShows(Picture.numbers(SIZE));

            qemu.unplug("plugged");
        }
    }

    @Test
    void memoryComesAndGoes() throws Exception {
        qemu.plugMemory("dimm", DIMM_MB);
        assertThat(qemu.trace()).anyMatch(line -> line.contains("vfio_user_dma_map  " + DIMM));
        assertBothWork();

        qemu.unplug("dimm");

        assertThat(qemu.trace()).anyMatch(line -> line.contains("vfio_user_dma_unmap  " + DIMM));
        assertBothWork();
    }

    @Test
    void whenAServerDiesItsDeviceReadsAllOnesAndTheOtherGoesOn() throws Exception {
        Served dying = Served.sample(folder, "mdpy-vga");
        qemu.plug("dying", "port4", dying.socket());
        qemu.guest().await("grep -q 0x000f /sys/bus/pci/devices/*/device");
        String function = qemu.guest().functions(0x1b36, 0x000f);

        dying.close();

        assertThat(qemu.guest().must("dd if=" + function + "/config bs=4 count=1 2>/dev/null | xxd -p"))
                .isEqualTo("ffffffff\n");
        assertBothWork();
        qemu.unplug("dying");
        assertThat(qemu.guest().functions(0x1b36, 0x000f)).isEmpty();
    }

    @Test
    void aKilledQemuLeavesTheDeviceToTheNext() throws Exception {
        try (Served again = Served.sample(folder, "mtty-2")) {
            try (Qemu first = Qemu.boot(folder, List.of(again.socket()))) {
                assertThat(SerialPort.all(first.guest()).getFirst().loop("first"))
                        .isEqualTo("first");
                first.kill();
            }
            try (Qemu second = Qemu.boot(folder, List.of(again.socket()))) {
                assertThat(SerialPort.all(second.guest()).getFirst().loop("second"))
                        .isEqualTo("second");
            }
        }
    }
}
