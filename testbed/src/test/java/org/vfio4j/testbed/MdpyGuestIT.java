/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.vfio.pci.ConfigSpace;

/** Our mdpy in QEMU: by hand, and driven by the kernel's mdpy-fb. */
@Timeout(900)
class MdpyGuestIT {
    private static final int WIDTH = 1024;
    private static final int HEIGHT = 768;
    private static final int SIZE = WIDTH * HEIGHT * Integer.BYTES;

    @TempDir
    static Path folder;

    @AutoClose
    @SuppressWarnings("NullAway.Init") // boot() sets both before every test
    private static Served served;

    @AutoClose
    @SuppressWarnings("NullAway.Init")
    private static Qemu qemu;

    @BeforeAll
    static void boot() throws IOException, InterruptedException {
        served = Served.sample(folder, "mdpy-xga");
        qemu = Qemu.boot(folder, List.of(served.socket()));
    }

    @Test
    void theVendorCapabilityTellsTheResolution() throws Exception {
        String capability =
                qemu.guest().must("dd if=" + function() + "/config bs=1 skip=64 count=16 2>/dev/null | xxd -p");

        assertThat(capability).isEqualTo("0900" + "1000" + "58523234" + "00040000" + "00030000\n");
    }

    @Test
    void aPixelPutIntoTheBarIsOnThePicture() throws Exception {
        byte[] expected = Picture.ofRegion(served.device()).pixels();
        long bar = bar();
        StringBuilder puts = new StringBuilder();
        for (int i = 0; i < HEIGHT; i += 32) {
            int offset = (i * WIDTH + i) * Integer.BYTES;
            puts.append("devmem %#x 32 %#x; ".formatted(bar + offset, 0x00c0ffee + i));
            ByteBuffer.wrap(expected).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, 0x00c0ffee + i);
        }

        qemu.guest().must(puts.toString());

        Picture.ofRegion(served.device()).assertShows(expected);
    }

    @Test
    void theBarGoesAndComesBackWithItsContent() throws Exception {
        String pixel = "devmem %#x 32".formatted(bar());
        qemu.guest().must(pixel + " 0x12345678");

        qemu.guest().must(command(0));
        assertThat(qemu.guest().must(pixel)).isEqualTo("0x00000000\n"); // what QEMU answers where nobody is

        qemu.guest().must(command(ConfigSpace.COMMAND_MEMORY));
        assertThat(qemu.guest().must(pixel)).isEqualTo("0x12345678\n");
    }

    /** The guest's command that writes the function's command register. */
    private static String command(int value) throws IOException, InterruptedException {
        return "printf '\\%o\\0' | dd of=%s/config bs=1 seek=4 conv=notrunc 2>&1".formatted(value, function());
    }

    /** Takes the function from its driver, if it has one, switches its BARs on, and tells where BAR 0 is. */
    private static long bar() throws IOException, InterruptedException {
        qemu.guest().must("cd %s; [ ! -e driver ] || basename $PWD >driver/unbind".formatted(function()));
        qemu.guest().must(command(ConfigSpace.COMMAND_MEMORY));
        return Long.decode(qemu.guest()
                .must("head -n 1 " + function() + "/resource | cut -d ' ' -f 1")
                .strip());
    }

    @Test
    void whatIsDrawnThroughTheKernelsDriverIsOnThePicture() throws Exception {
        qemu.guest()
                .must("modprobe mdpy-fb; cd %s; [ -e driver ] || basename $PWD >/sys/bus/pci/drivers/mdpy-fb/bind"
                        .formatted(function()));
        assertThat(qemu.guest().must("cat /sys/class/graphics/fb0/virtual_size"))
                .isEqualTo(WIDTH + "," + HEIGHT + "\n");

        qemu.guest().must(Picture.drawing("fb0", SIZE));

        Picture.ofRegion(served.device()).assertShows(Picture.numbers(SIZE));
    }

    private static String function() throws IOException, InterruptedException {
        return qemu.guest().functions(0x1b36, 0x000f);
    }
}
