/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask the console, and what hostile clients get of it. */
@Timeout(300)
class WebConsoleTest {
    private static final int MANY = 1_000;
    private static final int AGAIN = 20;

    @AutoClose
    private final ConsoleHost console;

    WebConsoleTest(@TempDir Path folder) {
        console = new ConsoleHost(folder);
    }

    private String origin() {
        return console.uri("").toString();
    }

    private HttpResponse<String> signIn(String token, String origin) throws IOException, InterruptedException {
        return console.send(
                console.request("/login").header("Origin", origin).POST(BodyPublishers.ofString("token=" + token)));
    }

    private String cookie() throws IOException, InterruptedException {
        String set = signIn(console.token().text(), origin())
                .headers()
                .firstValue("Set-Cookie")
                .orElseThrow();
        return set.substring(0, set.indexOf(';'));
    }

    private void assertStillAnswers() throws IOException, InterruptedException {
        assertThat(console.ask("GET", "/api/v1/types", "").statusCode()).isEqualTo(200);
    }

    @Test
    void nobodyIsToldAnythingWithoutTheToken() throws Exception {
        for (String path :
                List.of("/api/v1/devices", "/api/v1/events", "/metrics", "/api/v1/openapi.json", "/nothing")) {
            HttpResponse<String> answer = console.send(console.request(path));

            assertThat(answer.statusCode()).as(path).isEqualTo(401);
            assertThat(ConsoleHost.json(answer).at("/error/what").stringValue()).contains("token");
        }
        HttpResponse<String> page = console.send(console.request("/"));
        assertThat(page.statusCode()).isEqualTo(303);
        assertThat(page.headers().firstValue("Location")).contains("/login");
    }

    @Test
    void theTokensFileIsItsOwnUsersAlone() throws IOException {
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(console.token().file())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(console.token().file()).strip())
                .isEqualTo(console.token().text());
    }

    @Test
    void theRightTokenSignsInByACookieThatNoScriptAndNoOtherSiteGets() throws Exception {
        HttpResponse<String> answer = signIn(console.token().text(), origin());

        String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(cookie)
                .contains("HttpOnly", "SameSite=Strict", "Path=/")
                .doesNotContain(console.token().text());
        assertThat(console.send(console.request("/").header("Cookie", cookie())).body())
                .contains("<title>vfio4j console</title>");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "wrong", "%", "%00", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void aWrongTokenSignsNobodyIn(String token) throws Exception {
        HttpResponse<String> form = signIn(token, origin());

        assertThat(form.headers().firstValue("Set-Cookie")).isEmpty();
        assertThat(form.headers().firstValue("Location")).contains("/login?wrong");
        assertThat(console.send(console.request("/api/v1/host").header("Authorization", "Bearer " + token))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void whoSignedOutIsUnknownAgain() throws Exception {
        String cookie = cookie();
        console.send(console.request("/logout")
                .header("Cookie", cookie)
                .header("Origin", origin())
                .POST(BodyPublishers.noBody()));

        assertThat(console.send(console.request("/api/v1/host").header("Cookie", cookie))
                        .statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:1", "http://localhost", "https://example.org", "null", ""})
    void anotherPageChangesNothingThoughTheCookieComesAlong(String origin) throws Exception {
        HttpResponse<String> answer = console.send(console.request("/api/v1/devices")
                .header("Cookie", cookie())
                .header("Origin", origin)
                .POST(BodyPublishers.ofString("{\"parent\":\"mtty\",\"type\":\"mtty-1\"}")));

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(console.get("/api/v1/devices").path("devices").toString()).doesNotContain("mtty-1");
        assertThat(signIn(console.token().text(), origin).statusCode()).isEqualTo(403);
    }

    @Test
    void aCookieWithoutAnOriginChangesNothing() throws Exception {
        HttpResponse<String> answer = console.send(console.request("/api/v1/devices")
                .header("Cookie", cookie())
                .POST(BodyPublishers.ofString("{\"parent\":\"mtty\",\"type\":\"mtty-1\"}")));

        assertThat(answer.statusCode()).isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.org", "localhost.example.org:80", "127.0.0.1.example.org", "1.2.3.4@x", "[::1", ""})
    void aNameThatAnybodyCouldLetPointHereIsRefused(String name) throws IOException {
        String answer = console.exchange("GET /login HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n");

        assertThat(answer).matches("(?s)HTTP/1.1 40[03] .*");
        assertThat(answer).doesNotContain("<form");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "localhost:9", "127.0.0.1", "[::1]:7650"})
    void anAddressAndLocalhostAreAnsweredWhateverPortATunnelHas(String name) throws IOException {
        assertThat(console.exchange("GET /login HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assets/../login.html",
                "/assets/%2e%2e/WebConsole.class",
                "/assets/..%2f..%2fWebConsole.class",
                "/assets/%2fetc/passwd",
                "/assets//etc/passwd",
                "/assets/novnc/../../../../../../module-info.class",
                "/assets/console.css%00.js",
                "/assets/..\\\\WebConsole.class",
                "/assets/.",
                "/assets/",
                "/../../../../etc/passwd",
                "/assets/novnc/LICENSE.txt"
            })
    void noPathLeavesThePagesFolder(String path) throws IOException {
        String answer = console.exchange("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).doesNotStartWith("HTTP/1.1 2").doesNotContain("root:", "\u00CA\u00FE\u00BA\u00BE");
    }

    @Test
    void nothingButThePagesOwnFilesRunsInIt() throws Exception {
        HttpResponse<String> page = console.send(console.request("/").header("Cookie", cookie()));

        String policy = page.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertThat(policy)
                .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.body()).doesNotContain("<style", " style=", "onclick").doesNotContainPattern("<script>");
        assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
    }

    @Test
    void everyFileThatThePageNeedsIsThere() throws Exception {
        for (String file : List.of("app.js", "console.css", "icon.svg", "display.js", "novnc/core/rfb.js")) {
            HttpResponse<String> asset = console.send(console.request("/assets/" + file));
            assertThat(asset.statusCode()).as(file).isEqualTo(200);
            String tag = asset.headers().firstValue("ETag").orElseThrow();
            assertThat(console.send(console.request("/assets/" + file).header("If-None-Match", tag))
                            .statusCode())
                    .isEqualTo(304);
        }
    }

    @RepeatedTest(AGAIN)
    void whoSendsABodyTooLargeHearsSo() throws Exception {
        HttpResponse<String> answer = console.ask("POST", "/api/v1/devices", "x".repeat(128 << 10));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.body()).contains("the body has more than 65536 bytes");
        assertStillAnswers();
    }

    @Test
    void whatIsTooLargeIsRefused() throws Exception {
        String large = "x".repeat(128 << 10);

        assertThat(console.exchange("GET /" + large + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .doesNotStartWith("HTTP/1.1 2");
        assertThat(console.exchange("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + large + "\r\n\r\n"))
                .doesNotStartWith("HTTP/1.1 2");
        assertStillAnswers();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\r\n\r\n",
                "GET\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nHost: example.org\r\n\r\n",
                "GET /\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n"
            })
    void garbageEndsInAnErrorOrTheConnectionsEnd(String sent) throws Exception {
        String answer = console.exchange(sent);

        assertThat(answer).doesNotStartWith("HTTP/1.1 2").doesNotContain("\tat ");
        assertStillAnswers();
    }

    @Test
    void aThousandSilentConnectionsKeepNobodyOut() throws Exception {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < MANY; i++) {
                Socket socket = console.connect();
                socket.getOutputStream().write("GET / HT".getBytes(StandardCharsets.US_ASCII));
                silent.add(socket);
            }
            assertStillAnswers();
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
        assertStillAnswers();
    }

    @Test
    void metricsAreThereForPrometheus() throws Exception {
        console.start("mtty", "mtty-2");
        String text = console.ask("GET", "/metrics", "").body();

        assertThat(text)
                .contains("vfio4j_devices{parent=\"mtty\",type=\"mtty-2\"} 1.0")
                .contains("vfio4j_type_available_instances{parent=\"mtty\",type=\"mtty-2\"} 11.0")
                .contains("vfio4j_console_requests_total{operation=\"start\",status=\"201\"} 1.0")
                .contains("vfio4j_console_viewers 0.0");
    }
}
