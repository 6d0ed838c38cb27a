/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Mapping;
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
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.display.Edid;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.Monitor;
import org.vfio4j.vfio.display.Scanout;
import org.vfio4j.vfio.user.VfioUserDevice;

/** The vfio-user sockets of a user-space host's devices, and what can be learnt through them. */
class DeviceSocketsTest {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000aa");
    private static final Duration BRIEFLY = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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

            host.stop(NAME, PATIENCE);
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
            awaitReleased();
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
                            Map.entry(Question.MIGRATION, new Answer.Yes("handshake", "VERSION: migration true")));
        }
    }

    @Test
    void aDisplaySeesWhatTheClientDrawsAndIsItsMonitorAndNothingElse() {
        host.start("mbochs", "mbochs-medium", NAME);
        try (DeviceSockets sockets = DeviceSockets.open(host, run.resolve("devices"), false);
                Arena arena = Arena.ofConfined();
                VfioUserDevice client =
                        VfioUserDevice.connect(sockets.socket(NAME.toString()).orElseThrow());
                VfioUserDevice display = VfioUserDevice.connectDisplay(
                        sockets.socket(NAME.toString()).orElseThrow())) {
            assertErrno(Errno.ENODEV, display::info);
            setMode(client, arena, 640, 480);
            try (RegionFile file = client.regionFile(RegionInfo.PCI_BAR0);
                    Mapping drawn = Mapping.readWrite(file.fd(), file.offset(), 640 * 480 * 4);
                    Scanout scanout = Scanout.of(display)) {
                Frame frame = scanout.look().orElseThrow();
                drawn.segment().set(ValueLayout.JAVA_INT, 4 * (640 * 479 + 639), 0x5eed);

                assertThat(frame.rgb(639, 479)).isEqualTo(0x5eed);
                try (Dmabuf dmabuf =
                        display.gfxDmabuf(scanout.plane().orElseThrow().id())) {
                    assertErrno(Errno.EACCES, () -> Mapping.readWrite(dmabuf.fd(), dmabuf.offset(), 4096));
                }
            }
            Monitor.of(display).orElseThrow().connect(Edid.of(800, 600));

            assertThat(Edid.preferred(Monitor.of(client).orElseThrow().edid())).contains(new Edid.Size(800, 600));
            MemorySegment word = arena.allocate(2);
            assertErrno(Errno.EACCES, () -> display.write(RegionInfo.PCI_BAR0 + 2, 0x508, word));
            assertErrno(Errno.EACCES, () -> display.read(RegionInfo.PCI_BAR0 + 2, 0x500, word));
            assertErrno(Errno.EACCES, () -> display.write(RegionInfo.PCI_BAR0, 0, word));
            assertErrno(Errno.EACCES, display::reset);
            assertErrno(Errno.EACCES, () -> display.setIrqs(IrqRequest.disable(0)));
            assertThat(client.queryGfxPlane(GfxPlane.DMABUF).width()).isEqualTo(640);
        }
    }

    private static void setMode(VfioUserDevice device, Arena arena, int width, int height) {
        MemorySegment word = arena.allocate(2);
        int[][] registers = {{0x502, width}, {0x504, height}, {0x506, 32}, {0x50c, width}, {0x508, 0x41}};
        for (int[] register : registers) {
            word.set(ValueLayout.JAVA_SHORT, 0, (short) register[1]);
            assertThat(device.write(RegionInfo.PCI_BAR0 + 2, register[0], word)).isEqualTo(2);
        }
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
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
            awaitReleased();
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

    /** A client that closes waits for the server no longer than its patience, which a busy machine may take longer than. */
    private void awaitReleased() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (isInUse() && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(isInUse()).isFalse();
    }

    private boolean isInUse() {
        return host.find(NAME.toString()).orElseThrow().usage().isInUse();
    }
}
