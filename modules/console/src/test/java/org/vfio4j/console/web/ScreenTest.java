/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.Scanout;

/** What a device shows, as a PNG. */
@Timeout(300)
class ScreenTest {
    @AutoClose
    private final ConsoleHost console;

    ScreenTest(@TempDir Path folder) {
        console = new ConsoleHost(folder);
    }

    private HttpResponse<byte[]> screen(String device, String query, String known)
            throws IOException, InterruptedException {
        HttpRequest request = console.request("/api/v1/devices/" + device + "/screen.png" + query)
                .header("Authorization", "Bearer " + console.token().text())
                .header("If-None-Match", known)
                .build();
        return console.client().send(request, BodyHandlers.ofByteArray());
    }

    /** Asks until there is one, as a page does: on a busy machine the first look may be late. */
    private HttpResponse<byte[]> picture(String device, String query) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = screen(device, query, "\"none\"");
        while (answer.statusCode() == 204) {
            answer = screen(device, query, "\"none\"");
        }
        return answer;
    }

    private static String tag(HttpResponse<byte[]> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void aDevicesPictureIsSentPixelForPixelAndOnceOnly() throws Exception {
        String device = console.start("mdpy", "mdpy-vga");
        try (VfioDevice used = console.use(device);
                Scanout scanout = Scanout.of(used)) {
            HttpResponse<byte[]> answer = picture(device, "");
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(answer.body()));
            Frame frame = scanout.look().orElseThrow();

            assertThat(answer.headers().firstValue("Content-Type")).contains("image/png");
            assertThat(image.getWidth()).isEqualTo(frame.width());
            for (int y = 0; y < frame.height(); y++) {
                for (int x = 0; x < frame.width(); x++) {
                    assertThat(image.getRGB(x, y) & 0xffffff).isEqualTo(frame.rgb(x, y));
                }
            }
            HttpResponse<byte[]> again = screen(device, "", tag(answer));
            while (again.statusCode() == 200) {
                again = screen(device, "", tag(again)); // nobody had asked for long, so it was taken anew
            }
            assertThat(again.statusCode()).isEqualTo(304);
        }
    }

    @Test
    void aSmallPictureIsTheMeanOfTheLargeOne() throws Exception {
        String device = console.start("mdpy", "mdpy-vga");
        try (VfioDevice _ = console.use(device)) {
            BufferedImage image = ImageIO.read(
                    new ByteArrayInputStream(picture(device, "?width=320").body()));

            assertThat(image.getWidth()).isEqualTo(320);
            assertThat(image.getHeight()).isEqualTo(240);
            int top = image.getRGB(160, 20) & 0xff;
            int bottom = image.getRGB(160, 220) & 0xff;
            assertThat(bottom).as("mdpy's gradient").isGreaterThan(top);
        }
    }

    @Test
    void aDeviceThatNobodyUsesShowsNothingAndIsLeftAlone() throws Exception {
        String device = console.start("mdpy", "mdpy-vga");

        assertThat(screen(device, "", "").statusCode()).isEqualTo(204);
        assertThat(console.host().find(device).orElseThrow().usage().isInUse()).isFalse();
    }

    @Test
    void whatHasNoDisplayHasNoPicture() throws Exception {
        assertThat(screen(console.start("mtty", "mtty-1"), "", "").statusCode()).isEqualTo(404);
        assertThat(screen("nothing", "", "").statusCode()).isEqualTo(404);
        assertThat(screen(console.start("mdpy", "mdpy-vga"), "?width=x", "").statusCode())
                .isEqualTo(400);
    }
}
