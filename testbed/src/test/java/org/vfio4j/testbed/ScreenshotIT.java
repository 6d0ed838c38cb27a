/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest in QEMU draws on a device of {@code vfio serve}; the commands show it while it runs. */
class ScreenshotIT {
    private static final String DEVICE = "1f0f2d6a-0000-4000-8000-00000000d15b";
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 800;
    private static final long PATIENCE = Duration.ofSeconds(90).toNanos();

    @TempDir
    private Path folder;

    @Test
    void aGuestsPictureIsSeenWhileItRuns() throws IOException, InterruptedException {
        try (Serving host = Serving.in(folder)) {
            must(host, "start", "-p", "mbochs", "-t", "mbochs-medium", "--uuid", DEVICE);
            must(host, "edid", DEVICE, "--set", WIDTH + "x" + HEIGHT);
            Path socket = folder.resolve("run/devices/" + DEVICE + ".sock");
            try (Qemu qemu = Qemu.boot(folder, List.of(socket))) {
                assertThat(host.vfio("display", DEVICE).out()).contains("nothing now");
                int size = WIDTH * HEIGHT * Integer.BYTES;

                qemu.guest().must("modprobe bochs");
                qemu.guest().must(Picture.drawing("fb0", size));

                assertThat(must(host, "display", DEVICE)).contains(WIDTH + "x" + HEIGHT);
                awaitPicture(host, Picture.pixels(size));
            }
        }
    }

    private void awaitPicture(Serving host, int[] expected) throws IOException, InterruptedException {
        Path file = folder.resolve("desk.png");
        long end = System.nanoTime() + PATIENCE;
        int[] seen;
        do {
            must(host, "screenshot", DEVICE, file.toString());
            BufferedImage image = ImageIO.read(file.toFile());
            seen = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
            for (int i = 0; i < seen.length; i++) {
                seen[i] &= 0xffffff;
            }
            LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
        } while (!Arrays.equals(seen, expected) && System.nanoTime() < end);
        assertThat(seen).isEqualTo(expected);
    }

    private static String must(Serving host, String... arguments) throws IOException, InterruptedException {
        Serving.Result result = host.vfio(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out();
    }
}
