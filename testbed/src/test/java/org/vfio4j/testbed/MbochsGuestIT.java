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
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Edid;

/** Our mbochs in QEMU, driven by the guest's stock bochs-drm. */
@Timeout(900)
class MbochsGuestIT {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 800;
    private static final int EDID_REGION = 9;
    private static final int EDID_SIZE = 8;
    private static final int EDID_LINK = 20;
    private static final int EDID_BLOB = 0x800;
    private static final int LINK_UP = 1;

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
        served = Served.sample(folder, "mbochs-medium");
        plugMonitor(served.device());
        qemu = Qemu.boot(folder, List.of(served.socket()));
        qemu.guest().must("modprobe bochs");
    }

    private static void plugMonitor(VfioDevice device) {
        byte[] edid = Edid.of(WIDTH, HEIGHT);
        Access.bytes(device, EDID_REGION, EDID_BLOB, edid);
        Access.write32(device, EDID_REGION, EDID_SIZE, edid.length);
        Access.write32(device, EDID_REGION, EDID_LINK, LINK_UP);
    }

    @Test
    void theDriverTakesItsModeFromTheMonitor() throws Exception {
        assertThat(qemu.guest().must("cat /sys/class/drm/card0-*/modes")).startsWith(WIDTH + "x" + HEIGHT + "\n");
        assertThat(qemu.guest().must("cat /sys/class/graphics/fb0/virtual_size"))
                .isEqualTo(WIDTH + "," + HEIGHT + "\n");
    }

    @Test
    void whatTheGuestDrawsIsWhatADisplayShows() throws Exception {
        int size = WIDTH * HEIGHT * Integer.BYTES;

        qemu.guest().must(Picture.drawing("fb0", size));

        Picture.awaitDmabuf(served.device(), Picture.numbers(size));
    }
}
