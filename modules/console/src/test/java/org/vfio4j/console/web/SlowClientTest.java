/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.vfio.VfioDevice;

/** Clients that send byte by byte, and those who guess the token. */
@Timeout(300)
class SlowClientTest {
    private static final int GLIMPSE_MILLIS = 20;
    private static final int MANY = 10_000;
    private static final Duration LATE = Duration.ofSeconds(5);

    private final AtomicLong nanoTime = new AtomicLong();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();

    @AutoClose
    private final ConsoleHost console;

    SlowClientTest(@TempDir Path folder) {
        console = new ConsoleHost(folder, new Time(nanoTime::get, nanos -> pauses.add(Duration.ofNanos(nanos))));
    }

    private Socket connect(String begin) throws IOException {
        Socket socket = console.connect();
        socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Sends a byte a second, of the server's time, until the connection has ended; what came meanwhile. */
    private String drip(Socket socket) throws IOException {
        StringBuilder came = new StringBuilder();
        socket.setSoTimeout(GLIMPSE_MILLIS);
        boolean isCut = false;
        for (int i = 0; i < MANY && !isCut; i++) {
            nanoTime.addAndGet(Duration.ofSeconds(1).toNanos());
            try {
                socket.getOutputStream().write('x');
            } catch (SocketException e) {
                isCut = true; // what came before that is read all the same
            }
            try {
                for (int next = socket.getInputStream().read();
                        next >= 0;
                        next = socket.getInputStream().read()) {
                    came.append((char) next);
                }
                isCut = true;
            } catch (SocketTimeoutException e) {
                // nothing more yet
            } catch (SocketException e) {
                isCut = true;
            }
        }
        if (isCut) {
            return came.toString();
        }
        throw new AssertionError("still connected after " + MANY + " s: " + came);
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET /", "GET / HTTP/1.1\r\n", "GET /login HTTP/1.1\r\nHost: localhost\r\nX: "})
    void aHeadThatComesByteByByteEndsTheConnection(String begin) throws IOException {
        try (Socket socket = connect(begin)) {
            assertThat(drip(socket)).doesNotStartWith("HTTP/1.1 2");
        }
    }

    @Test
    void theNextHeadOfAConnectionHasNoMoreTime() throws IOException {
        try (Socket socket = connect("GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            drip(socket);
        }
    }

    @Test
    void whoListensStays() throws Exception {
        String device = console.start("mdpy", "mdpy-vga");
        try (Stream<String> events = console.client()
                        .send(
                                console.request("/api/v1/events")
                                        .header(
                                                "Authorization",
                                                "Bearer " + console.token().text())
                                        .build(),
                                BodyHandlers.ofLines())
                        .body();
                Socket socket = connect("GET /")) {
            Iterator<String> lines = events.iterator();
            assertThat(lines.next()).startsWith("retry");

            drip(socket);

            try (VfioDevice _ = console.use(device)) {
                while (!lines.next().equals("event: changed")) {
                    // signs of life
                }
            }
        }
    }

    @Test
    void aBodyThatComesByteByByteIsGivenUp() throws IOException {
        String head = String.join(
                "\r\n",
                "POST /login HTTP/1.1",
                "Host: localhost",
                "Content-Length: 60000",
                "Expect: 100-continue",
                "",
                "");
        try (Socket socket = connect(head)) {
            InputStream in = socket.getInputStream();
            String goOn = "HTTP/1.1 100 Continue\r\n\r\n";
            assertThat(new String(in.readNBytes(goOn.length()), StandardCharsets.US_ASCII))
                    .isEqualTo(goOn);

            assertThat(drip(socket)).startsWith("HTTP/1.1 408 ").contains("the body takes too long");
        }
    }

    @Test
    void whoGuessesTheTokenHearsLateThatItIsWrongAndWhoHasItDoesNotWait() throws Exception {
        for (int i = 0; i < 4; i++) {
            assertThat(bearer("wrong" + i)).isEqualTo(401);
        }
        assertThat(pauses).isEmpty();
        for (int i = 0; i < 4; i++) {
            assertThat(bearer("wrong again")).isEqualTo(401);
        }
        assertThat(signIn("wrong").headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(pauses).isEqualTo(Collections.nCopies(5, LATE));

        assertThat(bearer(console.token().text())).isEqualTo(200);
        assertThat(signIn(console.token().text()).headers().firstValue("Set-Cookie"))
                .isPresent();
        assertThat(signIn("wrong").headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(pauses).as("forgiven").hasSize(5);
    }

    private int bearer(String token) throws IOException, InterruptedException {
        return console.send(console.request("/api/v1/types").header("Authorization", "Bearer " + token))
                .statusCode();
    }

    private HttpResponse<String> signIn(String token) throws IOException, InterruptedException {
        return console.send(console.request("/login")
                .header("Origin", console.uri("").toString())
                .POST(BodyPublishers.ofString("token=" + token)));
    }
}
