/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/** Debian's TigerVNC viewer on a screen in memory: {@code testbed/vnc-viewer window}. */
final class ViewerWindow implements AutoCloseable {
    private static final long PATIENCE = Duration.ofMinutes(2).toNanos();
    private static final long PAUSE = Duration.ofMillis(200).toNanos();

    /** With which a password file of VNC's is written, so that it is not read by accident. */
    private static final String FILE_KEY = "e84ad660c4721ae0";

    private final Path folder;
    private final Process process;

    private ViewerWindow(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
    }

    static ViewerWindow open(Path parent, InetSocketAddress address, String password, String... options)
            throws IOException {
        Path folder = Files.createTempDirectory(parent, "window");
        Path secret = Files.write(folder.resolve("password"), scrambled(password));
        List<String> command = new ArrayList<>(
                List.of(Serving.peer("vnc-viewer"), "window", folder.toString(), "-passwd", secret.toString()));
        command.addAll(List.of(options));
        command.add("127.0.0.1::" + address.getPort());
        Process process = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        return new ViewerWindow(folder, process);
    }

    private static byte[] scrambled(String password) {
        try {
            Cipher des = Cipher.getInstance("DES/ECB/NoPadding");
            des.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(HexFormat.of().parseHex(FILE_KEY), "DES"));
            return des.doFinal(Arrays.copyOf(password.getBytes(java.nio.charset.StandardCharsets.US_ASCII), 8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits until the picture, 0xRRGGBB line after line, stands somewhere on the screen, pixel for pixel. */
    void awaitPicture(int[] picture, int width) throws IOException {
        long end = System.nanoTime() + PATIENCE;
        while (!shows(picture, width)) {
            assertThat(process.isAlive()).as("the viewer lives: " + log()).isTrue();
            assertThat(System.nanoTime() - end)
                    .as("the viewer shows the picture: " + log())
                    .isNegative();
            LockSupport.parkNanos(PAUSE);
        }
    }

    String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** An XWD file: 25 words of header, of which the first says how long the header is, a colour map, the lines. */
    private boolean shows(int[] picture, int width) throws IOException {
        Path file = folder.resolve("Xvfb_screen0");
        if (!Files.exists(file)) {
            return false;
        }
        ByteBuffer xwd = ByteBuffer.wrap(Files.readAllBytes(file));
        int screenWidth = xwd.getInt(16);
        int screenHeight = xwd.getInt(20);
        int lineBytes = xwd.getInt(48);
        int start = xwd.getInt(0) + 12 * xwd.getInt(76);
        xwd.order(xwd.getInt(28) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int[] screen = new int[screenWidth * screenHeight];
        for (int y = 0; y < screenHeight; y++) {
            for (int x = 0; x < screenWidth; x++) {
                screen[y * screenWidth + x] = xwd.getInt(start + y * lineBytes + 4 * x) & 0xffffff;
            }
        }
        int height = picture.length / width;
        for (int y = 0; y <= screenHeight - height; y++) {
            for (int x = 0; x <= screenWidth - width; x++) {
                if (isAt(screen, screenWidth, x, y, picture, width)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isAt(int[] screen, int screenWidth, int x, int y, int[] picture, int width) {
        for (int row = 0; row < picture.length / width; row++) {
            int at = (y + row) * screenWidth + x;
            if (Arrays.mismatch(screen, at, at + width, picture, row * width, (row + 1) * width) >= 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
