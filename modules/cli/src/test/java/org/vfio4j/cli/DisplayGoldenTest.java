/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.cli.common.ExitCode;

/** What {@code vfio display}, {@code screenshot} and {@code edid} print, on the demo's devices. */
class DisplayGoldenTest {
    private static final String MDPY_XGA = "3fb5af16-78cf-3265-9f3a-1e2a047698ee";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "display-region        | display 3fb5af16 --host demo",
                "display-region-json   | display 3fb5af16 --host demo -o json",
                "display-dmabuf        | display 3e5adbaa --host demo",
                "display-none          | display ab73058b --host demo",
                "display-unnamed       | display --host demo",
                "display-snapshot      | display 1f0f2d6a-0000-4000-8000-000000000005 --host NODE7",
                "edid-none-yet         | edid 3e5adbaa --host demo",
                "edid-set              | edid 3e5adbaa --set 1280x800 --host demo",
                "edid-set-json         | edid 3e5adbaa --set 800x600 --host demo -o json",
                "edid-too-large        | edid 3e5adbaa --set 2000x1000 --host demo",
                "edid-no-size          | edid 3e5adbaa --set large --host demo",
                "edid-none             | edid 3fb5af16 --host demo",
                "vnc-none              | vnc ab73058b --host demo",
                "vnc-unnamed           | vnc --host demo",
                "vnc-nowhere           | vnc 3fb5af16 --listen example:5900 --host demo",
                "vnc-no-port           | vnc 3fb5af16 --listen 127.0.0.1:70000 --host demo",
                "vnc-no-password       | vnc 3fb5af16 --password-file /nowhere --host demo",
                "screenshot-nothing    | screenshot 3e5adbaa x.png --host demo",
                "screenshot-no-file    | screenshot 3e5adbaa --host demo",
                "screenshot-no-folder  | screenshot 3fb5af16 src/nowhere/x.png --host demo",
            })
    void displays(String name, String line) throws IOException {
        String[] args =
                line.replace("NODE7", "src/test/resources/snapshots/node7.json").split(" ", -1);

        Golden.assertSame(name, Run.on(Tree.SAMPLES, args).transcript(line.split(" ", -1)));
    }

    @Test
    void aScreenshotIsThePicture() throws IOException {
        Path file = folder.resolve("x.png");

        Run run = Run.on(Tree.SAMPLES, "screenshot", MDPY_XGA, file.toString(), "--host", "demo");

        assertThat(run.code()).isEqualTo(ExitCode.OK);
        BufferedImage image = ImageIO.read(file.toFile());
        assertThat(image.getWidth()).isEqualTo(1024);
        assertThat(image.getHeight()).isEqualTo(768);
        for (int y = 0; y < 768; y++) {
            int grey = y * 255 / 768;
            assertThat(image.getRGB(512, y) & 0xffffff).isEqualTo(grey << 16 | grey << 8 | grey);
        }
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }
}
