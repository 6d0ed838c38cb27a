/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.management.control.DeviceSockets;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.SocketHost;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.HandshakeWay;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.vfio.user.VfioUserDevice;

/** The vfio-user sockets of a user-space host's devices, and what can be learnt through them. */
class DeviceSocketsTest {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000aa");
    private static final Duration BRIEFLY = Duration.ofMillis(50);

    private final UserHost host = UserHost.installed(List.of());

    @TempDir
    private Path run;

    @AfterEach
    void close() {
        host.close();
    }

    @Test
    void aDeviceHasASocketWhileItIsThere() throws IOException {
        host.start("mdpy", "mdpy-vga", NAME);
        Path folder = run.resolve("devices");
        Path socket = folder.resolve(NAME + ".sock");
        try (DeviceSockets sockets = DeviceSockets.open(host, folder, false)) {
            assertThat(Files.getPosixFilePermissions(folder)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(host.find(NAME.toString()).orElseThrow().socket()).contains(socket.toString());

            host.stop(NAME, Duration.ofSeconds(5));
            assertThat(socket).doesNotExist();

            host.start("mtty", "mtty-1", NAME);
            assertThat(socket).exists();
            assertThat(sockets.findings()).isEmpty();
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void aClientUsesTheDeviceAsAnyOtherUserDoes() {
        host.start("mdpy", "mdpy-vga", NAME);
        try (DeviceSockets sockets = DeviceSockets.open(host, run.resolve("devices"), false)) {
            Path socket = sockets.socket(NAME.toString()).orElseThrow();
            try (VfioUserDevice client = VfioUserDevice.connect(socket)) {
                assertThat(isInUse()).isFalse();
                assertThat(client.info().regions()).isEqualTo(9);
                assertThat(isInUse()).isTrue();
                assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> host.stop(NAME, BRIEFLY));
                try (VfioUserDevice second = VfioUserDevice.connect(socket)) {
                    assertThatExceptionOfType(ErrnoException.class)
                            .isThrownBy(second::info)
                            .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
                }
            }
            assertThat(isInUse()).isFalse();
        }
    }

    @Test
    void theHandshakeTellsAlsoWhileTheDeviceIsInUse() {
        host.start("mbochs", "mbochs-small", NAME);
        try (DeviceSockets sockets = DeviceSockets.open(host, run.resolve("devices"), false);
                VfioUserDevice client =
                        VfioUserDevice.connect(sockets.socket(NAME.toString()).orElseThrow())) {
            client.info();

            Map<Question, Answer> answers =
                    new HandshakeWay().ask(host.find(NAME.toString()).orElseThrow());

            assertThat(answers)
                    .containsOnly(
                            Map.entry(
                                    Question.DISPLAY_REGION,
                                    new Answer.No("handshake", "VERSION: display-region false")),
                            Map.entry(
                                    Question.DISPLAY_DMABUF,
                                    new Answer.Yes("handshake", "VERSION: display-dmabuf true")),
                            Map.entry(Question.EDID, new Answer.Yes("handshake", "VERSION: edid true")),
                            Map.entry(Question.MIGRATION, new Answer.No("handshake", "VERSION: migration false")));
        }
    }

    @Test
    void aSocketIsProbedLikeAnyDevice() {
        host.start("mtty", "mtty-1", NAME);
        try (DeviceSockets sockets = DeviceSockets.open(host, run.resolve("devices"), false);
                SocketHost socket =
                        new SocketHost(List.of(sockets.socket(NAME.toString()).orElseThrow()))) {
            HostDevice device = socket.inventory().devices().getFirst();

            DeviceProbe probe = new Prober(Ways.of(socket, false)).probe(device);

            assertThat(probe.answers().get(Question.DISPLAY_REGION)).isInstanceOf(Answer.No.class);
            assertThat(probe.answers().get(Question.MIGRATION))
                    .isInstanceOfSatisfying(
                            Answer.Yes.class, yes -> assertThat(yes.flags()).contains("stop-copy"));
            assertThat(probe.answers().get(Question.DIRTY_TRACKING)).isInstanceOf(Answer.Yes.class);
            assertThat(isInUse()).isFalse();
        }
    }

    @Test
    void aSocketWithoutAServerIsAnUnknownAndNoNo() {
        Path dead = run.resolve("dead.sock");
        UnixSocket.listen(dead.toString(), 1).close();
        try (SocketHost socket = new SocketHost(List.of(dead))) {
            DeviceProbe probe = new Prober(Ways.of(socket, false))
                    .probe(socket.inventory().devices().getFirst());

            assertThat(probe.answers().values()).allSatisfy(a -> assertThat(a).isInstanceOf(Answer.Unknown.class));
        }
    }

    @Test
    void aPathThatIsTooLongIsAFinding() throws IOException {
        Path deep = run.resolve("a".repeat(100));
        Files.createDirectory(deep);
        host.start("mdpy", "mdpy-vga", NAME);

        try (DeviceSockets sockets = DeviceSockets.open(host, deep.resolve("devices"), false)) {
            assertThat(sockets.findings()).extracting(Finding::subject).contains(NAME.toString());
            assertThat(sockets.socket(NAME.toString())).isEmpty();
        }
    }

    private boolean isInUse() {
        return host.find(NAME.toString()).orElseThrow().usage().isInUse();
    }
}
