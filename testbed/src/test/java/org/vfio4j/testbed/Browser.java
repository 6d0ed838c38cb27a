/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Debian's Chromium without a window, driven through its chromedriver by W3C WebDriver, which is little more than JSON over HTTP. For one thread.
 */
final class Browser implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final List<String> OPTIONS = List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars");

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final Process driver;
    private final String session;

    private Browser(Process driver, String root, Path profile) throws IOException, InterruptedException {
        this.driver = driver;
        String options = String.join("\",\"", OPTIONS);
        this.session = root + "/"
                + call("POST", root, """
                        {"capabilities": {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions":
                          {"args": ["%s", "--user-data-dir=%s"]}, "goog:loggingPrefs": {"browser": "ALL"}}}}
                        """.formatted(options, profile))
                        .path("sessionId")
                        .stringValue();
    }

    /** Opens one with an empty profile; skips the test where there is no Chromium. */
    static Browser open(Path folder) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/chromedriver")), "needs chromium and chromium-driver");
        Path log = folder.resolve("chromedriver.log");
        Process driver = new ProcessBuilder("chromedriver", "--port=0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            return new Browser(driver, "http://127.0.0.1:" + port(driver, log) + "/session", folder.resolve("profile"));
        } catch (IOException | InterruptedException | RuntimeException | AssertionError e) {
            driver.destroy();
            throw e;
        }
    }

    /** It says which one it took. */
    private static String port(Process driver, Path log) throws IOException {
        String said = "started successfully on port ";
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end && driver.isAlive()) {
            String text = Files.readString(log);
            int at = text.indexOf(said);
            int stop = text.indexOf('.', at);
            if (at >= 0 && stop >= 0) {
                return text.substring(at + said.length(), stop);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new AssertionError("chromedriver did not start: " + Files.readString(log));
    }

    /** Shows a page. */
    void go(String address) throws IOException, InterruptedException {
        call("POST", session + "/url", MAPPER.writeValueAsString(Map.of("url", address)));
    }

    /** Runs a function's body in the page; what it returns. */
    JsonNode run(String script, Object... arguments) throws IOException, InterruptedException {
        return call(
                "POST",
                session + "/execute/sync",
                MAPPER.writeValueAsString(Map.of("script", script, "args", arguments)));
    }

    /** Waits until an expression is true in the page. One that fails, since a part of the page or all of it is still coming, is not true yet. */
    void await(String condition) throws IOException, InterruptedException {
        String script =
                MAPPER.writeValueAsString(Map.of("script", "return Boolean(" + condition + ")", "args", List.of()));
        long end = System.nanoTime() + PATIENCE.toNanos();
        HttpResponse<String> answer = send("POST", session + "/execute/sync", script);
        while (!isTrue(answer)) {
            if (System.nanoTime() > end) {
                throw new AssertionError(condition + " never became true: " + answer.body() + " of: "
                        + run("return document.body.innerText").stringValue() + "\n" + log());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            answer = send("POST", session + "/execute/sync", script);
        }
    }

    private static boolean isTrue(HttpResponse<String> answer) {
        return answer.statusCode() == 200
                && MAPPER.readTree(answer.body()).path("value").booleanValue();
    }

    /** Clicks, as a user does, on the first element that a CSS selector has, when it is there and can be pressed. */
    void click(String selector) throws IOException, InterruptedException {
        await("(e => e && (e.scrollIntoView({block: 'center'}), true))(document.querySelector("
                + MAPPER.writeValueAsString(selector + ":not(:disabled)") + "))");
        onElement(selector, "click", "{}");
    }

    /** Types into the first element that a CSS selector has. */
    void type(String selector, String text) throws IOException, InterruptedException {
        onElement(selector, "value", MAPPER.writeValueAsString(Map.of("text", text)));
    }

    /** The text of the first element that a CSS selector has, when it is there. */
    String text(String selector) throws IOException, InterruptedException {
        String element = "document.querySelector(" + MAPPER.writeValueAsString(selector) + ")";
        await(element);
        JsonNode text = run("return " + element + "?.innerText ?? null");
        return text.isNull() ? text(selector) : text.stringValue();
    }

    /** Presses a key on what has the focus; WebDriver has a character for each that is none, such as U+E010 for End. */
    void key(String key) throws IOException, InterruptedException {
        JsonNode active = call("GET", session + "/element/active", null);
        call(
                "POST",
                session + "/element/" + active.values().iterator().next().stringValue() + "/value",
                MAPPER.writeValueAsString(Map.of("text", key)));
    }

    /** The page may draw an element anew between finding it and using it; then nothing was done, and it is tried again. */
    private void onElement(String selector, String action, String body) throws IOException, InterruptedException {
        String wanted = MAPPER.writeValueAsString(Map.of("using", "css selector", "value", selector));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonNode found = call("POST", session + "/element", wanted);
            String element =
                    session + "/element/" + found.values().iterator().next().stringValue();
            HttpResponse<String> done = send("POST", element + "/" + action, body);
            if (done.statusCode() == 200) {
                return;
            }
            assertThat(done.body()).contains("stale element reference");
            assertThat(System.nanoTime()).as(selector).isLessThan(end);
        }
    }

    /** The pixels of a canvas, each as 0xRRGGBB; none while there is no canvas. */
    int[] pixels(String selector) throws IOException, InterruptedException {
        JsonNode url = run(
                "const c = document.querySelector(arguments[0]);"
                        + " return c && c.width ? c.toDataURL('image/png').split(',')[1] : null",
                selector);
        if (url.isNull()) {
            return new int[0];
        }
        BufferedImage image =
                ImageIO.read(new ByteArrayInputStream(Base64.getDecoder().decode(url.stringValue())));
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] &= 0xffffff;
        }
        return pixels;
    }

    /** A window of that width, light or dark. */
    void look(int width, int height, boolean dark) throws IOException, InterruptedException {
        devtools(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        devtools(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** What the page's scripts complained of, and what the policy forbade them. */
    String log() throws IOException, InterruptedException {
        StringBuilder all = new StringBuilder();
        for (JsonNode entry : call("POST", session + "/se/log", "{\"type\": \"browser\"}")) {
            if (entry.path("level").stringValue().equals("SEVERE")) {
                all.append(entry.path("message").stringValue()).append('\n');
            }
        }
        return all.toString();
    }

    private void devtools(String command, Map<String, ?> parameters) throws IOException, InterruptedException {
        call(
                "POST",
                session + "/goog/cdp/execute",
                MAPPER.writeValueAsString(Map.of("cmd", command, "params", parameters)));
    }

    private JsonNode call(String method, String address, @Nullable String body)
            throws IOException, InterruptedException {
        HttpResponse<String> response = send(method, address, body);
        assertThat(response.statusCode())
                .as(method + " " + address + " " + body + ": " + response.body())
                .isEqualTo(200);
        return MAPPER.readTree(response.body()).path("value");
    }

    private HttpResponse<String> send(String method, String address, @Nullable String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .timeout(PATIENCE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        return client.send(request, BodyHandlers.ofString());
    }

    @Override
    public void close() throws IOException {
        try {
            call("DELETE", session, "");
        } catch (ConnectException e) {
            // it has ended already
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            driver.destroy();
            client.close();
        }
    }
}
