/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.core.ExampleDevice;

/** What a client such as QEMU is answered. */
class SessionTest {
    private static final int REGISTERS = ExampleDevice.REGISTERS;
    private static final int COUNTER = 4;

    private final ExampleDevice device = ExampleDevice.create();
    private final UnixSocket.Pair pair = UnixSocket.pair();
    private final VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false);
    private final RawPeer client = new RawPeer(pair.right());

    @BeforeEach
    void negotiate() {
        assertThat(client.negotiate().isError()).isFalse();
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        device.close();
    }

    @Test
    void theVersionIsOneThatQemuTakes() {
        UnixSocket.Pair another = UnixSocket.pair();
        try (VfioUserServer _ = VfioUserServer.takeSocket(another.left(), DeviceSource.of(device), false);
                RawPeer qemu = new RawPeer(another.right())) {
            RawPeer.Message reply = qemu.negotiate();

            assertThat(reply.payload())
                    .hasSizeLessThanOrEqualTo(214 - Wire.HEADER)
                    .endsWith(0);
            assertThat(reply.bytes().getShort(0)).isZero();
            assertThat(reply.bytes().getShort(2)).isZero();
            Capabilities said =
                    Capabilities.read(VersionMessage.read(java.lang.foreign.MemorySegment.ofArray(reply.payload()))
                            .json());
            assertThat(said).isEqualTo(Capabilities.PLAIN);
        }
    }

    @Test
    void aQuestionOfTheExtensionThatIsTooShortByItsOwnWordIsRefused() {
        UnixSocket.Pair another = UnixSocket.pair();
        try (ShownDevice shown = ShownDevice.create();
                VfioUserServer _ = VfioUserServer.takeSocket(another.left(), DeviceSource.of(shown), false);
                RawPeer ours = new RawPeer(another.right())) {
            String extended = Capabilities.with(Offer.NONE).json();
            assertThat(ours.call(Command.VERSION, RawPeer.version(0, 0, extended))
                            .isError())
                    .isFalse();
            int[] plane = new int[16];
            plane[1] = GfxPlane.DMABUF;

            plane[0] = 63;
            assertThat(ours.call(Command.QUERY_GFX_PLANE, RawPeer.words(plane)).errno())
                    .isEqualTo(Errno.EINVAL);
            plane[0] = 64;
            assertThat(ours.call(Command.QUERY_GFX_PLANE, RawPeer.words(plane)).errno())
                    .isZero();
        }
    }

    @Test
    void theDeviceDescribesItself() {
        ByteBuffer info =
                client.call(Command.DEVICE_GET_INFO, RawPeer.words(16, 0, 0, 0)).bytes();

        assertThat(info.getInt(0)).isEqualTo(16);
        assertThat(info.getInt(4)).isEqualTo(3);
        assertThat(info.getInt(8)).isEqualTo(9);
        assertThat(info.getInt(12)).isEqualTo(5);
    }

    @Test
    void aRegionThatCanBeMappedComesWithItsFile() {
        RawPeer.Message reply = client.call(Command.DEVICE_GET_REGION_INFO, RawPeer.words(32, 0, 0, 0, 0, 0, 0, 0));

        assertThat(reply.payload()).hasSize(32);
        assertThat(reply.bytes().getInt(4)).isEqualTo(RegionInfo.READ | RegionInfo.WRITE | RegionInfo.MMAP);
        assertThat(reply.bytes().getLong(16)).isEqualTo(ExampleDevice.MEMORY_SIZE);
        assertThat(reply.fds()).hasSize(1);
        device.fill((byte) 0x5a);
        try (Fd file = reply.fds().getFirst();
                Mapping mapped = Mapping.readWrite(file, reply.bytes().getLong(24), ExampleDevice.MEMORY_SIZE)) {
            assertThat(mapped.segment().get(ValueLayout.JAVA_BYTE, 4095)).isEqualTo((byte) 0x5a);
        }
    }

    @Test
    void aRegionOfRegistersIsReachedByMessages() {
        RawPeer.Message reply =
                client.call(Command.DEVICE_GET_REGION_INFO, RawPeer.words(32, 0, RegionInfo.PCI_CONFIG, 0, 0, 0, 0, 0));

        assertThat(reply.bytes().getInt(4)).isEqualTo(RegionInfo.READ | RegionInfo.WRITE);
        assertThat(reply.bytes().getLong(16)).isEqualTo(256);
        assertThat(reply.fds()).isEmpty();
    }

    @Test
    void aRequestThatWantsNoAnswerHasNone() {
        List<byte[]> requests = List.of(
                RawPeer.request(1, Command.DEVICE_GET_INFO, Wire.NO_REPLY, RawPeer.words(16, 0, 0, 0)),
                RawPeer.request(2, Command.REGION_READ, Wire.NO_REPLY, RawPeer.access(COUNTER, REGISTERS, 4)),
                RawPeer.request(3, Command.DEVICE_SET_IRQS, Wire.NO_REPLY, RawPeer.words(20, 0x21, 99, 0, 0)),
                RawPeer.request(4, Command.DMA_MAP, Wire.NO_REPLY, RawPeer.map(3, 0, 0, 4096)),
                RawPeer.request(5, Command.REGION_WRITE, Wire.NO_REPLY, RawPeer.access(0, 99, 1, (byte) 1)),
                RawPeer.request(
                        6, Command.REGION_WRITE, Wire.NO_REPLY, RawPeer.access(COUNTER, REGISTERS, 1, (byte) 9)));

        requests.forEach(client::sendRaw);

        assertThat(client.call(Command.REGION_READ, RawPeer.access(COUNTER, REGISTERS, 1))
                        .payload())
                .endsWith(9);
    }

    @Test
    void registersAreWrittenAndReadInEveryWidth() {
        RawPeer.Message written = client.call(
                Command.REGION_WRITE, RawPeer.access(COUNTER, REGISTERS, 4, (byte) 1, (byte) 2, (byte) 3, (byte) 4));

        assertThat(written.payload()).isEqualTo(RawPeer.access(COUNTER, REGISTERS, 4));
        for (int width : new int[] {1, 2, 4, 8}) {
            RawPeer.Message read = client.call(Command.REGION_READ, RawPeer.access(COUNTER, REGISTERS, width));
            byte[] expected = new byte[width];
            for (int i = 0; i < Math.min(4, width); i++) {
                expected[i] = (byte) (i + 1);
            }
            assertThat(read.payload()).isEqualTo(RawPeer.access(COUNTER, REGISTERS, width, expected));
        }
    }

    @Test
    void aMebibyteIsReadAndWrittenInOneMessage() {
        byte[] data = new byte[(int) ExampleDevice.MEMORY_SIZE];
        java.util.Arrays.fill(data, (byte) 7);

        RawPeer.Message written =
                client.call(Command.REGION_WRITE, RawPeer.access(0, ExampleDevice.MEMORY, data.length, data));
        RawPeer.Message read = client.call(Command.REGION_READ, RawPeer.access(0, ExampleDevice.MEMORY, Wire.MAX_DATA));

        assertThat(written.bytes().getInt(12)).isEqualTo(data.length);
        assertThat(read.payload()).isEqualTo(RawPeer.access(0, ExampleDevice.MEMORY, data.length, data));
    }

    @Test
    void postedWritesAreDoneInOrderAndNeverAnswered() {
        for (int i = 0; i < 1000; i++) {
            byte[] payload = RawPeer.access(COUNTER, REGISTERS, 1, (byte) i);
            client.sendRaw(RawPeer.request(7, Command.REGION_WRITE, Wire.NO_REPLY, payload));
        }
        byte[] wrong = RawPeer.access(1 << 20, REGISTERS, 1, (byte) 1);
        client.sendRaw(RawPeer.request(7, Command.REGION_WRITE, Wire.NO_REPLY, wrong));

        RawPeer.Message read = client.call(Command.REGION_READ, RawPeer.access(COUNTER, REGISTERS, 1));

        assertThat(read.payload()[16]).isEqualTo((byte) 999);
    }

    @Test
    void manyWritesInOneMessageAreDoneInOrder() {
        ByteBuffer payload =
                ByteBuffer.allocate(8 + 3 * 24).order(ByteOrder.LITTLE_ENDIAN).putLong(3);
        for (int i = 1; i <= 3; i++) {
            payload.putLong(COUNTER + i - 1).putInt(REGISTERS).putInt(1).putLong(i);
        }
        client.sendRaw(RawPeer.request(9, Command.REGION_WRITE_MULTI, Wire.NO_REPLY, payload.array()));

        RawPeer.Message read = client.call(Command.REGION_READ, RawPeer.access(COUNTER, REGISTERS, 4));

        assertThat(read.payload()).endsWith(1, 2, 3, 0);
    }

    @Test
    void anInterruptIsInstalledMaskedUnmaskedAndTakenAway() {
        assertThat(client.call(Command.DEVICE_GET_IRQ_INFO, RawPeer.words(16, 0, 0, 0))
                        .payload())
                .isEqualTo(RawPeer.words(16, 7, 0, 1));
        try (Eventfd eventfd = Eventfd.create()) {
            assertThat(client.call(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x24, 0, 0, 1), eventfd.fd())
                            .isError())
                    .isFalse();
            assertThat(client.call(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x21, 0, 0, 1))
                            .isError())
                    .isFalse();
            assertThat(eventfd.drain()).isOne();
            assertThat(client.call(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x09, 0, 0, 1))
                            .isError())
                    .isFalse();
            assertThat(client.call(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x11, 0, 0, 1))
                            .isError())
                    .isFalse();
            assertThat(client.call(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x21, 0, 0, 0))
                            .isError())
                    .isFalse();
            assertThat(client.call(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x21, 0, 0, 1))
                            .errno())
                    .isEqualTo(Errno.EINVAL);
        }
    }

    @Test
    void aResetBringsTheDeviceBack() {
        client.call(Command.REGION_WRITE, RawPeer.access(COUNTER, REGISTERS, 1, (byte) 1));

        assertThat(client.call(Command.DEVICE_RESET, new byte[0]).payload()).isEmpty();

        assertThat(client.call(Command.REGION_READ, RawPeer.access(COUNTER, REGISTERS, 1))
                        .payload())
                .endsWith(0);
    }
}
