/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** How clients come to a server and leave it, and what one can do to the others. */
class VfioUserServerTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final byte[] INFO = RawPeer.words(16, 0, 0, 0);
    private static final String DISPLAY = "{\"capabilities\": {\"org.vfio4j\": {\"display\": true}}}";

    private final CopyDevice device = CopyDevice.create();

    @TempDir
    private Path folder;

    @AfterEach
    void close() {
        device.close();
    }

    @Test
    void theSocketIsItsOwnersAloneAndGoesWithTheServer() throws IOException {
        Path path = folder.resolve("device.sock");
        try (VfioUserServer _ = VfioUserServer.listen(path, DeviceSource.of(device), false)) {
            assertThat(Files.getPosixFilePermissions(path)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            try (RawPeer client = new RawPeer(UnixSocket.connect(path.toString()))) {
                assertThat(client.negotiate().isError()).isFalse();
            }
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void aDeadServersSocketIsReplacedAndALivingOnesIsNot() {
        Path path = folder.resolve("device.sock");
        UnixSocket.listen(path.toString(), 1).close();

        try (VfioUserServer _ = VfioUserServer.listen(path, DeviceSource.of(device), false)) {
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> VfioUserServer.listen(path, DeviceSource.of(device), false))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
            assertThat(path).exists();
        }
    }

    @Test
    void aFileThatIsNoSocketIsNotTakenForADeadServers() throws IOException {
        Path image = Files.writeString(folder.resolve("guest.img"), "of value");

        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> VfioUserServer.listen(image, DeviceSource.of(device), false))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EADDRINUSE));
        assertThat(image).hasContent("of value");
    }

    @Test
    void onlyTheServersUserAndRootAreLetIn() {
        assertThat(VfioUserServer.isAllowed(new UnixSocket.PeerCredentials(1, 1000, 5), 1000))
                .isTrue();
        assertThat(VfioUserServer.isAllowed(new UnixSocket.PeerCredentials(1, 0, 0), 1000))
                .isTrue();
        assertThat(VfioUserServer.isAllowed(new UnixSocket.PeerCredentials(1, 1001, 1000), 1000))
                .isFalse();
        assertThat(VfioUserServer.isAllowed(new UnixSocket.PeerCredentials(1, 1000, 0), 0))
                .isFalse();
    }

    @Test
    void aListeningSocketCanBeHandedOver() {
        Path path = folder.resolve("handed.sock");
        try (VfioUserServer _ = VfioUserServer.takeSocket(
                        UnixSocket.listen(path.toString(), 1), DeviceSource.of(device), true);
                RawPeer client = new RawPeer(UnixSocket.connect(path.toString()))) {
            client.negotiate();
            assertThat(client.call(Command.DEVICE_GET_INFO, INFO).isError()).isFalse();
        }
        assertThat(path).exists();
    }

    @Test
    @SuppressWarnings("try") // the first client leaves early
    void oneClientHasTheDeviceAndOthersOnlyLearnTheVersion() {
        Path path = folder.resolve("device.sock");
        try (VfioUserServer _ = VfioUserServer.listen(path, DeviceSource.of(device), false);
                RawPeer second = new RawPeer(UnixSocket.connect(path.toString()))) {
            try (RawPeer first = new RawPeer(UnixSocket.connect(path.toString()))) {
                first.negotiate();
                assertThat(second.negotiate().isError()).isFalse();
                assertThat(first.call(Command.DEVICE_GET_INFO, INFO).isError()).isFalse();

                assertThat(second.call(Command.DEVICE_GET_INFO, INFO).errno()).isEqualTo(Errno.EBUSY);
            }

            awaitFree(second);
        }
    }

    /** A server needs a moment to see that a client is gone, a long one on a busy machine. */
    private static void awaitFree(RawPeer next) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int errno = Errno.EBUSY;
        while (errno == Errno.EBUSY && System.nanoTime() < end) {
            errno = next.call(Command.DEVICE_GET_INFO, INFO).errno();
        }
        assertThat(errno).isZero();
    }

    @Test
    void connectionsThatSayNothingKeepNobodyOut() {
        Path path = folder.resolve("device.sock");
        List<RawPeer> silent = new ArrayList<>();
        try (VfioUserServer _ = VfioUserServer.listen(path, DeviceSource.of(device), false);
                RawPeer user = new RawPeer(UnixSocket.connect(path.toString()))) {
            user.negotiate();
            assertThat(user.call(Command.DEVICE_GET_INFO, INFO).isError()).isFalse();
            for (int i = 0; i < 2 * VfioUserServer.MAX_SESSIONS; i++) {
                silent.add(new RawPeer(UnixSocket.connect(path.toString())));
            }

            try (RawPeer next = new RawPeer(UnixSocket.connect(path.toString()))) {
                assertThat(next.negotiate().isError()).isFalse();
            }
            assertThat(silent.getFirst().isClosed()).isTrue();
            assertThat(user.call(Command.DEVICE_GET_INFO, INFO).isError()).isFalse();
        } finally {
            silent.forEach(RawPeer::close);
        }
    }

    @Test
    void whereAllHaveTheDeviceAnotherIsTurnedAway() {
        Path path = folder.resolve("device.sock");
        DeviceSource shown = new DeviceSource() {
            @Override
            public VfioDevice open() {
                return device;
            }

            @Override
            public VfioDevice display() {
                return CopyDevice.create();
            }

            @Override
            public void release(VfioDevice released) {}
        };
        List<RawPeer> displays = new ArrayList<>();
        try (VfioUserServer _ = VfioUserServer.listen(path, shown, false)) {
            for (int i = 0; i < VfioUserServer.MAX_SESSIONS; i++) {
                RawPeer display = new RawPeer(UnixSocket.connect(path.toString()));
                displays.add(display);
                display.call(Command.VERSION, RawPeer.version(0, 0, DISPLAY));
                assertThat(display.call(Command.DEVICE_GET_INFO, INFO).isError())
                        .isFalse();
            }
            try (RawPeer ninth = new RawPeer(UnixSocket.connect(path.toString()))) {
                assertThat(ninth.isClosed()).isTrue();
            }
            assertThat(displays.getFirst().call(Command.DEVICE_GET_INFO, INFO).isError())
                    .isFalse();
        } finally {
            displays.forEach(RawPeer::close);
        }
    }

    @Test
    void theNextClientFindsTheDeviceAsItWasLeftWithoutEventfdsAndMemory() {
        Path path = folder.resolve("device.sock");
        try (VfioUserServer _ = VfioUserServer.listen(path, DeviceSource.of(device), false);
                Eventfd eventfd = Eventfd.create();
                Fd memory = Memfd.create("guest", 4096)) {
            try (RawPeer first = new RawPeer(UnixSocket.connect(path.toString()))) {
                first.negotiate();
                first.call(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x24, 1, 0, 1), eventfd.fd());
                first.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, 4096), memory);
                first.call(Command.REGION_WRITE, RawPeer.access(CopyDevice.RELAXED, 2, 1, (byte) 7));
            }

            try (RawPeer second = new RawPeer(UnixSocket.connect(path.toString()))) {
                second.negotiate();
                awaitFree(second);
                assertThat(second.call(Command.REGION_READ, RawPeer.access(CopyDevice.RELAXED, 2, 1))
                                .payload())
                        .endsWith(7);
                assertThat(second.call(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x21, 1, 0, 1))
                                .errno())
                        .isEqualTo(Errno.EINVAL);
                assertThat(device.dma.mappings()).isZero();
            }
        }
    }

    @Test
    void aClientThatStallsWithinAMessageIsLetGo() {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (VfioUserServer _ = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false, SHORT);
                RawPeer client = new RawPeer(pair.right())) {
            client.negotiate();
            client.call(Command.DEVICE_GET_INFO, INFO);

            client.sendRaw(new byte[] {1, 0, 4, 0, 32, 0, 0, 0, 0, 0});

            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aClientThatTakesNoRepliesIsLetGo() throws InterruptedException {
        UnixSocket.Pair pair = UnixSocket.pair();
        byte[] read = RawPeer.request(1, Command.REGION_READ, 0, RawPeer.access(0, 0, 1 << 20));
        try (VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false, SHORT);
                RawPeer client = new RawPeer(pair.right())) {
            client.negotiate();
            for (int i = 0; i < 8; i++) {
                client.sendRaw(read);
            }

            server.awaitEnd();

            assertThat(client.sendRaw(read)).isFalse();
        }
    }

    @Test
    void aServerThatClosesWakesItsClientsThreadsAtOnce() {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (RawPeer client = new RawPeer(pair.right())) {
            VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false);
            client.negotiate();

            server.close();

            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void aDeviceThatCannotBeOpenedSaysWhyAndCanBeTriedAgain() {
        AtomicInteger attempts = new AtomicInteger();
        DeviceSource source = () -> {
            if (attempts.incrementAndGet() == 1) {
                throw new VfioException(Errno.EACCES, "not yet");
            }
            return device;
        };
        UnixSocket.Pair pair = UnixSocket.pair();
        try (VfioUserServer _ = VfioUserServer.takeSocket(pair.left(), source, false);
                RawPeer client = new RawPeer(pair.right())) {
            client.negotiate();

            assertThat(client.call(Command.DEVICE_GET_INFO, INFO).errno()).isEqualTo(Errno.EACCES);
            assertThat(client.call(Command.DEVICE_GET_INFO, INFO).isError()).isFalse();
        }
    }

    @Test
    void aDeviceThatFailsEndsTheConnectionAndIsReleased() {
        AtomicInteger released = new AtomicInteger();
        DeviceSource source = new DeviceSource() {
            @Override
            public VfioDevice open() {
                return device;
            }

            @Override
            public void release(VfioDevice opened) {
                released.incrementAndGet();
            }
        };
        UnixSocket.Pair pair = UnixSocket.pair();
        try (VfioUserServer _ = VfioUserServer.takeSocket(pair.left(), source, false);
                RawPeer client = new RawPeer(pair.right())) {
            client.negotiate();
            client.send(Command.REGION_WRITE, RawPeer.access(CopyDevice.FAULT, 2, 4, new byte[4]));

            assertThat(client.isClosed()).isTrue();
        }
        assertThat(released).hasValue(1);
    }
}
