/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.console.rfb.Access;
import org.vfio4j.console.rfb.DevicePorts;
import org.vfio4j.console.rfb.RfbServer;

/** Viewers that nobody here wrote, on what devices show. */
@Timeout(900)
class VncViewerIT {
    private static final String DEVICE = "1f0f2d6a-0000-4000-8000-000000000fb0";
    private static final int WIDTH = 1024;
    private static final int HEIGHT = 700;

    /** What the viewer asks for later. */
    private static final int NEW_WIDTH = 1152;

    private static final int NEW_HEIGHT = 864;

    @TempDir
    private Path folder;

    /** The guest's program asks its monitor twice a second, as a desktop does that is told to: no driver is bound anew. */
    @Test
    void aGuestsPictureStandsInAViewersWindowAndTheWindowsSizeReachesTheGuestWhileItRuns()
            throws IOException, InterruptedException {
        Path password = Files.writeString(folder.resolve("secret"), "wordpass\n");
        try (Serving host = Serving.in(folder, "--vnc", "127.0.0.1:5950", "--password-file", password.toString())) {
            must(host, "start", "-p", "mbochs", "-t", "mbochs-medium", "--uuid", DEVICE);
            must(host, "edid", DEVICE, "--set", WIDTH + "x" + HEIGHT);
            InetSocketAddress address = address(folder.resolve("run/devices/" + DEVICE + ".vnc"));
            List<Path> sockets = List.of(folder.resolve("run/devices/" + DEVICE + ".sock"));
            try (Qemu qemu = Qemu.boot(folder, sockets, "--kernel", "recent")) {
                qemu.guest().must("modprobe bochs; follow-monitor >/tmp/followed 2>&1 &");
                try (ViewerWindow window = ViewerWindow.open(folder, address, "wordpass")) {
                    window.awaitPicture(Picture.pixels(WIDTH * HEIGHT * Integer.BYTES), WIDTH);
                }
                String size = NEW_WIDTH + "x" + NEW_HEIGHT;
                try (ViewerWindow window = ViewerWindow.open(folder, address, "wordpass", "-DesktopSize=" + size)) {
                    window.awaitPicture(Picture.pixels(NEW_WIDTH * NEW_HEIGHT * Integer.BYTES), NEW_WIDTH);
                }
                assertThat(qemu.guest().must("cat /tmp/followed")).isEqualTo(WIDTH + "x" + HEIGHT + "\n" + size + "\n");
                assertThat(must(host, "edid", DEVICE)).contains(size);
            }
        }
    }

    @Test
    void aDeviceWithoutADisplayIsNotOfferedToViewers() throws IOException, InterruptedException {
        try (Serving host = Serving.in(folder)) {
            must(host, "start", "-p", "mtty", "-t", "mtty-1", "--uuid", DEVICE);

            Serving.Result refused = host.vfio("vnc", DEVICE);

            assertThat(refused.exitCode()).isEqualTo(3);
            assertThat(refused.err()).contains(DEVICE + ": the device has no display");
        }
    }

    @Test
    void gtksViewerSeesWhatIsDrawn() throws IOException, InterruptedException {
        Path file = folder.resolve("seen.png");
        try (ShownDevice device = new ShownDevice();
                RfbServer server = DevicePorts.listen(
                        device.feed(),
                        new Access.Authenticated(),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 5975))) {
            device.mode(1280, 800);
            device.drawAnything(new Random(3));

            Process capture = new ProcessBuilder(
                            Serving.peer("vnc-viewer"),
                            "capture",
                            "127.0.0.1:" + (server.address().getPort() - DevicePorts.FIRST),
                            file.toString())
                    .inheritIO()
                    .start();

            assertThat(capture.waitFor(300, TimeUnit.SECONDS)).isTrue();
            assertThat(capture.exitValue()).isZero();
            BufferedImage image = ImageIO.read(file.toFile());
            int[] seen = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
            for (int i = 0; i < seen.length; i++) {
                seen[i] &= 0xffffff;
            }
            assertThat(seen).isEqualTo(device.drawn());
            assertThat(server.connections()).isLessThanOrEqualTo(1);
        }
    }

    /** Of the file that says where a device is shown. */
    private static InetSocketAddress address(Path file) throws IOException {
        String[] parts = Files.readString(file).strip().split(":", 2);
        return new InetSocketAddress(InetAddress.ofLiteral(parts[0]), Integer.parseInt(parts[1]));
    }

    private static String must(Serving host, String... arguments) throws IOException, InterruptedException {
        Serving.Result result = host.vfio(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out();
    }
}
