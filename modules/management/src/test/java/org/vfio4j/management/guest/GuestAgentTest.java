/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Scanner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against a scripted agent on a socket of its own; the real one is met in the testbed. */
class GuestAgentTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Pattern ID = Pattern.compile("\"id\":(\\d+)");

    @TempDir
    Path folder;

    private Path socket;
    private ServerSocketChannel server;

    @BeforeEach
    void listen() throws IOException {
        socket = folder.resolve("agent.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    /** What an agent does with one client. */
    @FunctionalInterface
    private interface Script {
        void play(SocketChannel client, Scanner lines) throws IOException;
    }

    @Test
    void theGuestsDevicesAreTold() {
        play((client, lines) -> {
            synchronize(client, lines, "");
            assertThat(lines.nextLine()).isEqualTo("{\"execute\":\"guest-get-devices\"}");
            write(client, GuestAnswerTest.WINDOWS + "\n");
        });

        assertThat(GuestAgent.devices(socket, LONG))
                .isInstanceOfSatisfying(
                        GuestReport.Devices.class,
                        report -> assertThat(report.devices()).hasSize(2));
    }

    @Test
    void whatAnEarlierClientLeftIsPassedOver() {
        play((client, lines) -> {
            String stale = "{\"return\": 7}\n{\"return\": [{\"driver-ver\n{\"error\": {\"class\": \"GenericError\","
                    + " \"desc\": \"JSON parse error, stray '\\ufffd'\"}}\nhalf an answ";
            synchronize(client, lines, stale);
            lines.nextLine();
            write(client, GuestAnswerTest.WINDOWS + "\n");
        });

        assertThat(GuestAgent.devices(socket, LONG)).isInstanceOf(GuestReport.Devices.class);
    }

    @Test
    void anAgentThatDoesNotAnswerIsWaitedForNoLongerThanTheBound() {
        play((client, lines) -> lines.nextLine());

        assertThat(GuestAgent.devices(socket, SHORT)).isInstanceOfSatisfying(GuestReport.Silent.class, silent -> {
            assertThat(silent.because()).contains("nobody answered");
            assertThat(silent.remedy()).contains("virsh qemu-agent-command");
        });
    }

    @Test
    void anAgentThatNeverStopsTalkingIsHeardNoLongerThanTheBound() {
        play((client, lines) -> {
            while (true) {
                write(client, "{\"return\": 7}");
            }
        });

        assertThat(GuestAgent.devices(socket, SHORT)).isInstanceOf(GuestReport.Silent.class);
    }

    @Test
    void aLineWithoutAnEndIsRefused() {
        play((client, lines) -> {
            lines.nextLine();
            String much = "x".repeat(1 << 16);
            for (int i = 0; i < 32; i++) {
                write(client, much);
            }
        });

        assertThat(GuestAgent.devices(socket, LONG))
                .isInstanceOfSatisfying(
                        GuestReport.Silent.class,
                        silent -> assertThat(silent.because()).contains("longer than"));
    }

    @Test
    void answersToOthersWithoutAnEndAreRefused() {
        play((client, lines) -> {
            lines.nextLine();
            for (int i = 0; i < 2000; i++) {
                write(client, "{\"return\": -1}\n");
            }
        });

        assertThat(GuestAgent.devices(socket, LONG))
                .isInstanceOfSatisfying(
                        GuestReport.Silent.class,
                        silent -> assertThat(silent.because()).contains("guest-sync-delimited"));
    }

    @Test
    void aChannelThatIsClosedIsSaidSo() {
        play((client, lines) -> {
            synchronize(client, lines, "");
            lines.nextLine();
            client.close();
        });

        assertThat(GuestAgent.devices(socket, LONG))
                .isInstanceOfSatisfying(
                        GuestReport.Silent.class,
                        silent -> assertThat(silent.because()).contains("broke"));
    }

    @Test
    void nonsenseIsSaidToBeSo() {
        play((client, lines) -> {
            synchronize(client, lines, "");
            lines.nextLine();
            write(client, "{\"return\": [{\"driver-version\": 7}]}\n");
        });

        assertThat(GuestAgent.devices(socket, LONG))
                .isInstanceOfSatisfying(
                        GuestReport.Silent.class,
                        silent -> assertThat(silent.because()).contains("wrongly", "return[0].driver-version"));
    }

    @Test
    void withoutASocketItIsAnError() {
        assertThatExceptionOfType(GuestException.class)
                .isThrownBy(() -> GuestAgent.devices(folder.resolve("none"), LONG))
                .withMessageContaining("can be reached");
    }

    /** Reads the client's 0xff and its request, and answers as the agent does: the delimiter, then the id. */
    private static void synchronize(SocketChannel client, Scanner lines, String before) throws IOException {
        String request = lines.nextLine();
        assertThat(request).startsWith("\u00ff{\"execute\":\"guest-sync-delimited\"");
        Matcher id = ID.matcher(request);
        assertThat(id.find()).isTrue();
        write(client, before + "\u00ff{\"return\": " + id.group(1) + "}\n");
    }

    private void play(Script script) {
        Thread.ofPlatform().daemon().start(() -> {
            try (SocketChannel client = server.accept();
                    Scanner lines = new Scanner(Channels.newInputStream(client), StandardCharsets.ISO_8859_1)) {
                script.play(client, lines);
                if (client.isOpen() && lines.hasNextLine()) {
                    lines.nextLine();
                }
            } catch (IOException e) {
                // the client has seen enough
            }
        });
    }

    private static void write(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
        while (bytes.hasRemaining()) {
            client.write(bytes);
        }
    }
}
