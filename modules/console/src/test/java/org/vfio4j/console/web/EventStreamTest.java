/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.vfio.VfioDevice;

@Timeout(300)
class EventStreamTest {
    @TempDir
    private Path folder;

    private static Stream<String> listen(ConsoleHost console) throws IOException, InterruptedException {
        HttpResponse<Stream<String>> response = console.client()
                .send(
                        console.request("/api/v1/events")
                                .header(
                                        "Authorization",
                                        "Bearer " + console.token().text())
                                .build(),
                        BodyHandlers.ofLines());
        assertThat(response.headers().firstValue("Content-Type")).contains("text/event-stream");
        return response.body();
    }

    /** The data of the next event of that kind that says all that; others may come before it. */
    private static String next(Iterator<String> lines, String event, String... said) {
        while (true) {
            boolean isKind = lines.next().equals("event: " + event);
            String data = isKind ? lines.next() : "";
            if (isKind && Arrays.stream(said).allMatch(data::contains)) {
                return data;
            }
        }
    }

    @Test
    void aListenerHearsOfDevicesThatComeAreUsedShowSomethingAndGo() throws Exception {
        try (ConsoleHost console = new ConsoleHost(folder);
                Stream<String> stream = listen(console)) {
            Iterator<String> lines = stream.iterator();
            assertThat(next(lines, "hello")).isEqualTo("data: {}");

            String device = console.start("mdpy", "mdpy-vga");
            assertThat(next(lines, "added", device)).contains("\"in_use\":false", "\"display\":null");

            try (VfioDevice _ = console.use(device)) {
                next(lines, "changed", device, "\"in_use\":true", "\"width\":640,\"height\":480");
            }
            next(lines, "changed", device, "\"in_use\":false", "\"display\":null");

            console.ask("DELETE", "/api/v1/devices/" + device, "");
            assertThat(next(lines, "removed")).isEqualTo("data: {\"device\":\"" + device + "\"}");
        }
    }

    @Test
    void theConsolesEndIsTheStreamsEnd() throws Exception {
        ConsoleHost console = new ConsoleHost(folder);
        try (Stream<String> stream = listen(console)) {
            Iterator<String> lines = stream.iterator();
            next(lines, "hello");
            Thread closing = Thread.ofVirtual().start(console::close);
            assertThat(ends(lines)).isTrue();
            closing.join();
        }
    }

    private static boolean ends(Iterator<String> lines) {
        try {
            while (lines.hasNext()) {
                lines.next();
            }
            return true;
        } catch (java.io.UncheckedIOException e) {
            return true; // cut off
        }
    }
}
