/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;
import tools.jackson.databind.JsonNode;

@Timeout(300)
class QmpClientTest {
    private static final Duration NONE = Duration.ZERO;
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String DONE = "{\"id\": ID, \"return\": {}}";

    @TempDir
    private Path folder;

    @AutoClose
    @SuppressWarnings("NullAway.Init")
    private ScriptedQemu qemu;

    @BeforeEach
    void greet() throws IOException {
        qemu = new ScriptedQemu(folder);
    }

    /** A client that is answered these to its commands after the first. */
    private QmpClient client(String... answers) throws IOException {
        String[] all = new String[answers.length + 1];
        all[0] = DONE;
        System.arraycopy(answers, 0, all, 1, answers.length);
        qemu.says(ScriptedQemu.GREETING).answers(all);
        return QmpClient.take(qemu.channel(), "vm");
    }

    @Test
    void theFirstCommandEndsTheNegotiation() throws Exception {
        qemu.says(ScriptedQemu.GREETING);
        CompletableFuture<QmpClient> client = CompletableFuture.supplyAsync(() -> QmpClient.take(qemu.channel(), "vm"));

        JsonNode first = qemu.hears();
        assertThat(first.path("execute").asString()).isEqualTo("qmp_capabilities");
        qemu.says("{\"id\": " + first.path("id") + ", \"return\": {}}");

        try (QmpClient connected = client.get(60, TimeUnit.SECONDS)) {
            assertThat(connected.version()).isEqualTo("11.1.3");
        }
    }

    @Test
    void aCommandIsAnsweredByItsNumberAndEventsInBetweenAreKept() throws IOException {
        String answer = String.join(
                "\n",
                deletion("a"),
                "{\"id\": 4711, \"return\": {\"status\": \"somebody else's\"}}",
                "{\"id\": ID, \"return\": {\"status\": \"running\"}}",
                deletion("b"));
        try (QmpClient client = client(answer)) {
            assertThat(client.execute("query-status").at("status").text()).isEqualTo("running");

            assertThat(deleted(client, "b", LONG)).contains("b");
            assertThat(deleted(client, "a", NONE)).contains("a");
            assertThat(deleted(client, "a", NONE)).isEmpty();
        }
    }

    private static String deletion(String device) {
        return "{\"event\": \"DEVICE_DELETED\", \"data\": {\"device\": \"" + device + "\"}}";
    }

    private static Optional<String> deleted(QmpClient client, String device, Duration bound) {
        return client.await(
                bound, event -> Optional.of(event.data().at("device").text()).filter(device::equals));
    }

    @Test
    void whatQemuRefusesIsSaidInItsWords() throws IOException {
        String refusal = "{\"id\": ID, \"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"Device 'x' not found\"}}";
        try (QmpClient client = client(refusal)) {
            assertThatThrownBy(() ->
                            client.execute("device_del", QmpClient.arguments().put("id", "x")))
                    .isInstanceOfSatisfying(RefusedException.class, e -> {
                        assertThat(e.errno()).isEqualTo(Errno.ENODEV);
                        assertThat(e).hasMessageContaining("QEMU at vm refuses device_del: Device 'x' not found");
                    });
        }
    }

    @Test
    void aSilentQemuIsGivenUp() throws IOException {
        assertThatThrownBy(() -> QmpClient.take(qemu.channel(), "vm", Duration.ofMillis(20)))
                .isInstanceOfSatisfying(RefusedException.class, e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ETIMEDOUT);
                    assertThat(e.remedy()).contains("one client at a time");
                });
        assertThat(qemu.isLeft()).isTrue();
    }

    @Test
    void whenQemuEndsItIsSaid() throws IOException {
        try (QmpClient client = client()) {
            qemu.close();

            assertThatThrownBy(() -> client.await(LONG, event -> Optional.of(event)))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ECONNRESET));
            assertThatThrownBy(() -> client.execute("quit")).isInstanceOf(RefusedException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[1]", "no JSON", "{\"return\": {}}", "{\"event\": 7}"})
    void whatIsNoGreetingEndsIt(String line) throws IOException {
        qemu.says(line);

        assertThatThrownBy(() -> QmpClient.take(qemu.channel(), "vm", Duration.ofMillis(500)))
                .isInstanceOf(ErrnoException.class);
        assertThat(qemu.isLeft()).isTrue();
    }

    @Test
    void aFloodOfEventsKeepsTheNewest() throws IOException {
        StringBuilder flood = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            flood.append(deletion("d" + i)).append('\n');
        }
        try (QmpClient client = client(flood + DONE)) {
            client.execute("query-status");

            assertThat(deleted(client, "d0", NONE)).isEmpty();
            assertThat(deleted(client, "d2999", NONE)).contains("d2999");
        }
    }
}
