/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.Scanout;

/** RFB in a WebSocket's messages. */
@Timeout(300)
class RfbSocketTest {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 480;

    @AutoClose
    private final ConsoleHost console;

    RfbSocketTest(@TempDir Path folder) {
        console = new ConsoleHost(folder);
    }

    /** A viewer that reads what comes as one stream of bytes. */
    private static final class Viewer implements WebSocket.Listener {
        private final LinkedBlockingQueue<Byte> bytes = new LinkedBlockingQueue<>();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            while (data.hasRemaining()) {
                bytes.add(data.get());
            }
            socket.request(1);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return CompletableFuture.completedStage(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.complete(-1);
        }

        ByteBuffer read(int count) throws InterruptedException {
            byte[] all = new byte[count];
            for (int i = 0; i < count; i++) {
                Byte next = bytes.poll(60, TimeUnit.SECONDS);
                assertThat(next).as("byte " + i + " of " + count).isNotNull();
                all[i] = next;
            }
            return ByteBuffer.wrap(all);
        }
    }

    private WebSocket connect(String device, String header, String value, String origin, Viewer viewer)
            throws InterruptedException, ExecutionException {
        URI uri = URI.create(
                console.uri("/api/v1/devices/" + device + "/rfb").toString().replace("http:", "ws:"));
        return console.client()
                .newWebSocketBuilder()
                .header(header, value)
                .header("Origin", origin)
                .buildAsync(uri, viewer)
                .get();
    }

    private WebSocket connect(String device, Viewer viewer) throws InterruptedException, ExecutionException {
        return connect(
                device,
                "Authorization",
                "Bearer " + console.token().text(),
                console.uri("").toString(),
                viewer);
    }

    private static void send(WebSocket socket, byte... bytes) {
        socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void aViewerSeesThePicturePixelForPixel() throws Exception {
        String device = console.start("mdpy", "mdpy-vga");
        try (VfioDevice used = console.use(device);
                Scanout scanout = Scanout.of(used)) {
            Viewer viewer = new Viewer();
            WebSocket socket = connect(device, viewer);
            assertThat(viewer.read(12).array()).isEqualTo(ascii("RFB 003.008\n"));
            send(socket, ascii("RFB 003.008\n"));
            int types = viewer.read(1).get();
            assertThat(viewer.read(types).array()).as("security type None").contains((byte) 1);
            send(socket, (byte) 1);
            assertThat(viewer.read(4).getInt()).isZero();
            send(socket, (byte) 1);
            ByteBuffer init = viewer.read(24);
            viewer.read(init.getInt(20));
            send(socket, rawEncoding());

            int[] seen = new int[WIDTH * HEIGHT];
            Frame frame = scanout.look().orElseThrow();
            do {
                send(socket, updateRequest());
                update(viewer, seen);
            } while (seen[0] == 0 && frame.rgb(0, 0) != 0);

            for (int y = 0; y < HEIGHT; y++) {
                for (int x = 0; x < WIDTH; x++) {
                    assertThat(seen[y * WIDTH + x]).isEqualTo(frame.rgb(x, y));
                }
            }
            socket.abort();
        }
    }

    @Test
    void viewersWhoBreakOffAtTheDoorTakeNobodysPlace() throws Exception {
        String device = console.start("mdpy", "mdpy-vga");
        byte[] request =
                ascii("GET /api/v1/devices/" + device + "/rfb HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer "
                        + console.token().text()
                        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        for (int i = 0; i < 200; i++) {
            try (Socket socket = console.connect()) {
                socket.setSoLinger(true, 0); // closing resets the connection
                socket.getOutputStream().write(request);
            }
        }

        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        String metrics = "";
        while (!metrics.contains("vfio4j_console_viewers 0.0") && System.nanoTime() < end) {
            metrics = console.ask("GET", "/metrics", "").body();
        }
        assertThat(metrics).contains("vfio4j_console_viewers 0.0");
        Viewer viewer = new Viewer();
        WebSocket socket = connectBy(end, device, viewer);
        assertThat(viewer.read(12).array()).isEqualTo(ascii("RFB 003.008\n"));
        socket.abort();
    }

    /** Those who broke off may only be coming in now, and have the room for a moment. */
    private WebSocket connectBy(long end, String device, Viewer viewer)
            throws InterruptedException, ExecutionException {
        while (true) {
            try {
                return connect(device, viewer);
            } catch (ExecutionException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    private static byte[] rawEncoding() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.write(2);
        out.write(0);
        out.writeShort(1);
        out.writeInt(0);
        return bytes.toByteArray();
    }

    private static byte[] updateRequest() {
        return new byte[] {3, 0, 0, 0, 0, 0, WIDTH >> 8, (byte) WIDTH, HEIGHT >> 8, (byte) HEIGHT};
    }

    /** An update of raw rectangles with 32-bit little-endian pixels. */
    private static void update(Viewer viewer, int[] into) throws InterruptedException {
        ByteBuffer head = viewer.read(4);
        assertThat(head.get(0)).isZero();
        for (int i = 0; i < head.getShort(2); i++) {
            ByteBuffer rectangle = viewer.read(12);
            int left = rectangle.getShort(0);
            int top = rectangle.getShort(2);
            int width = rectangle.getShort(4);
            int height = rectangle.getShort(6);
            assertThat(rectangle.getInt(8)).isZero();
            ByteBuffer pixels = viewer.read(width * height * Integer.BYTES).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            for (int p = 0; p < width * height; p++) {
                into[(top + p / width) * WIDTH + left + p % width] = pixels.getInt() & 0xffffff;
            }
        }
    }

    @Test
    void whoHasNoTokenOrComesFromAnotherPageGetsNoSocket() throws Exception {
        String device = console.start("mdpy", "mdpy-vga");
        String own = console.uri("").toString();
        String bearer = "Bearer " + console.token().text();

        assertRefused(401, () -> connect(device, "Authorization", "Bearer wrong", own, new Viewer()));
        assertRefused(401, () -> connect(device, "X-None", "none", own, new Viewer()));
        assertRefused(403, () -> connect(device, "Authorization", bearer, "http://localhost:1", new Viewer()));
        assertRefused(403, () -> connect(device, "Authorization", bearer, "https://example.org", new Viewer()));
    }

    @Test
    void whatHasNoDisplayGetsNoSocket() throws Exception {
        String device = console.start("mtty", "mtty-1");

        assertRefused(400, () -> connect(device, new Viewer()));
        assertRefused(400, () -> connect("nothing", new Viewer()));
        assertThat(console.ask("GET", "/api/v1/devices/nothing/rfb", "").statusCode())
                .isEqualTo(404);
        String shown = console.start("mdpy", "mdpy-vga");
        assertThat(console.ask("GET", "/api/v1/devices/" + shown + "/rfb", "").statusCode())
                .isEqualTo(426);
    }

    private static void assertRefused(int status, org.assertj.core.api.ThrowableAssert.ThrowingCallable connect) {
        assertThatThrownBy(connect)
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(status));
    }

    @Test
    void garbageEndsTheViewerAndNothingElse() throws Exception {
        String device = console.start("mdpy", "mdpy-vga");
        Random random = new Random(7);
        for (int i = 0; i < 20; i++) {
            Viewer viewer = new Viewer();
            WebSocket socket = connect(device, viewer);
            byte[] garbage = new byte[1 + random.nextInt(4_096)];
            random.nextBytes(garbage);
            send(socket, garbage);
            assertThat(viewer.closed.get(60, TimeUnit.SECONDS)).isNotNull();
        }
        Viewer viewer = new Viewer();
        WebSocket socket = connect(device, viewer);
        socket.sendText("RFB 003.008\n", true).join();
        assertThat(viewer.closed.get(60, TimeUnit.SECONDS)).isEqualTo(1003);
    }
}
