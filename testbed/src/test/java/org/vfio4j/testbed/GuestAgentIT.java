/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.management.guest.GuestAgent;
import org.vfio4j.management.guest.GuestReport;

/** QEMU's own guest agent on Linux, which does not list devices: the client says so, whatever other clients did to the channel before. */
@Timeout(900)
class GuestAgentIT {
    private static final Path AGENT = Path.of("guest-agent").toAbsolutePath();
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init") // start() sets it before every test
    private Process agent;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        agent = new ProcessBuilder(AGENT.toString(), socket().toString(), folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        while (!Listening.isAt(socket())) {
            assertThat(agent.isAlive()).as(Files.readString(log)).isTrue();
            agent.waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    @AfterEach
    void stop() throws InterruptedException {
        agent.destroy();
        agent.waitFor();
    }

    @Test
    void anAgentOnLinuxSaysThatItDoesNotKnowTheCommand() {
        for (int i = 0; i < 3; i++) {
            assertNotTold(GuestAgent.devices(socket(), BOUND));
        }
    }

    @Test
    void whatAnotherClientLeftUnfinishedIsNoHarm() throws IOException {
        try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            // No whole command: an agent on a socket, unlike one in a guest, ends when it cannot answer a client that
            // is gone.
            String half = "{\"execute\":\"guest-get-osi";
            other.write(ByteBuffer.wrap(half.getBytes(StandardCharsets.UTF_8)));
        }

        assertNotTold(GuestAgent.devices(socket(), BOUND));
    }

    @Test
    void whileAnotherClientHasTheChannelNobodyAnswers() throws IOException {
        try (SocketChannel other = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
            other.write(ByteBuffer.wrap("{\"execute\":\"guest-ping\"}\n".getBytes(StandardCharsets.UTF_8)));
            other.read(ByteBuffer.allocate(64));

            assertThat(GuestAgent.devices(socket(), Duration.ofSeconds(1)))
                    .isInstanceOfSatisfying(GuestReport.Silent.class, silent -> {
                        assertThat(silent.because()).contains("nobody answered");
                        assertThat(silent.remedy()).contains("one client at a time");
                    });
        }
    }

    private Path socket() {
        return folder.resolve("agent.sock");
    }

    private static void assertNotTold(GuestReport report) {
        assertThat(report)
                .isInstanceOfSatisfying(
                        GuestReport.Silent.class,
                        silent -> assertThat(silent.because())
                                .contains("on Windows only", "CommandNotFound", "guest-get-devices"));
    }
}
