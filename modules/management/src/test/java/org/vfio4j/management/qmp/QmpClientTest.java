/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
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

/** What is written here first is in the socket before the client asks, which reads it when it waits for it. */
@Timeout(60)
class QmpClientTest {
    private static final Duration NONE = Duration.ZERO;
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    @AutoClose
    @SuppressWarnings("NullAway.Init")
    private ScriptedQemu qemu;

    @BeforeEach
    void greet() throws IOException {
        qemu = new ScriptedQemu(folder);
    }

    private QmpClient client() throws IOException {
        qemu.says(ScriptedQemu.GREETING).says("{\"id\": 1, \"return\": {}}");
        QmpClient client = QmpClient.take(qemu.channel(), "vm");
        assertThat(qemu.hears().path("execute").asString()).isEqualTo("qmp_capabilities");
        return client;
    }

    @Test
    void aCommandIsAnsweredByItsNumberAndEventsInBetweenAreKept() throws IOException {
        try (QmpClient client = client()) {
            Thread peer = Thread.ofVirtual().start(() -> answerLate());

            assertThat(client.execute("query-status").at("status").text()).isEqualTo("running");

            assertThat(client.version()).isEqualTo("11.1.3");
            assertThat(deleted(client, "b", LONG)).contains("b");
            assertThat(deleted(client, "a", NONE)).contains("a");
            assertThat(deleted(client, "a", NONE)).isEmpty();
            assertThat(peer).isNotNull();
        }
    }

    private void answerLate() {
        try {
            int id = qemu.hears().path("id").asInt();
            qemu.says(deletion("a"))
                    .says("{\"id\": " + (id + 7) + ", \"return\": {\"status\": \"somebody else's\"}}")
                    .says("{\"id\": " + id + ", \"return\": {\"status\": \"running\"}}")
                    .says(deletion("b"));
        } catch (IOException e) {
            throw new AssertionError(e);
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
        try (QmpClient client = client()) {
            qemu.says("{\"id\": 2, \"error\": {\"class\": \"DeviceNotFound\", \"desc\": \"Device 'x' not found\"}}");

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
        assertThat(qemu.hears().isMissingNode()).as("the connection is closed").isTrue();
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
        assertThat(qemu.hears().isMissingNode()).isTrue();
    }

    @Test
    void aFloodOfEventsKeepsTheNewest() throws IOException {
        try (QmpClient client = client()) {
            for (int i = 0; i < 3000; i++) {
                qemu.says(deletion("d" + i));
            }
            qemu.says("{\"id\": 2, \"return\": {}}");
            client.execute("query-status");

            assertThat(deleted(client, "d0", NONE)).isEmpty();
            assertThat(deleted(client, "d2999", NONE)).contains("d2999");
        }
    }
}
