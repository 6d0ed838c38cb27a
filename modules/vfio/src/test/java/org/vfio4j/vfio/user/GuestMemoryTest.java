/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.core.ExampleDevice;

/** How a device behind a server reaches its client's memory. */
class GuestMemoryTest {
    private static final int REGISTERS = CopyDevice.REGISTERS;
    private static final byte[] GUEST = new byte[1 << 20];

    /** A fifth of it is longer than the client here is ever silent, also on a machine that has much else to do. */
    private static final Duration LONG = Duration.ofMinutes(5);

    private static final Duration SHORT = Duration.ofMillis(500);

    /** A fifth of it is waited for; the client has the rest until it must have answered. */
    private static final Duration SILENT = Duration.ofSeconds(15);

    private final CopyDevice device = CopyDevice.create();
    private final UnixSocket.Pair pair = UnixSocket.pair();
    private final VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false, LONG);
    private final RawPeer client = new RawPeer(pair.right());

    @BeforeEach
    void negotiate() {
        assertThat(client.negotiate().isError()).isFalse();
        for (int i = 0; i < GUEST.length; i++) {
            GUEST[i] = (byte) (i * 31 + (i >>> 8));
        }
    }

    @AfterEach
    void close() {
        client.close();
        server.close();
        device.close();
    }

    @Test
    void memoryWithAFileIsReachedWithoutAMessage() {
        try (Fd file = Memfd.create("guest", 16384);
                Mapping guest = Mapping.readWrite(file, 0, 16384)) {
            MemorySegment bytes = guest.segment();
            bytes.set(ValueLayout.JAVA_INT, 4096, 0xc0ffee);
            assertThat(client.call(Command.DMA_MAP, RawPeer.map(3, 4096, 0x10000, 8192), file)
                            .isError())
                    .isFalse();

            copy(0x10000, 0x11000, 4);
            assertThat(client.receive().isError()).isFalse();

            assertThat(bytes.get(ValueLayout.JAVA_INT, 8192)).isEqualTo(0xc0ffee);
        }
    }

    @Test
    void memoryWithoutAFileIsAskedForInPiecesOfAFewKibibytes() {
        client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, GUEST.length));
        byte[] expected = Arrays.copyOf(GUEST, 300_000);

        copy(0, 0x80000, expected.length);
        serve();

        assertThat(Arrays.copyOfRange(GUEST, 0x80000, 0x80000 + expected.length))
                .isEqualTo(expected);
    }

    @Test
    void requestsThatComeBeforeTheReplyWaitAndKeepTheirOrder() {
        client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, GUEST.length));

        copy(0, 0x80000, 200_000);
        int first = client.send(Command.REGION_WRITE, RawPeer.access(CopyDevice.RELAXED, REGISTERS, 1, (byte) 1));
        int second = client.send(Command.REGION_READ, RawPeer.access(CopyDevice.RELAXED, REGISTERS, 1));
        int eventfds =
                client.send(Command.DEVICE_SET_IRQS, RawPeer.words(20, 0x24, 0, 0, 1), Memfd.create("no eventfd", 0));
        serve();

        assertThat(client.receive().id()).isEqualTo(first);
        RawPeer.Message read = client.receive();
        assertThat(read.id()).isEqualTo(second);
        assertThat(read.payload()).endsWith(1);
        assertThat(client.receive().id()).isEqualTo(eventfds);
    }

    /** As QEMU, which waits for the answer to its write before it reads what else was said. */
    @Test
    void aClientThatAnswersNothingWhileItWaitsIsAnsweredBeforeItsWritesAreDone() {
        UnixSocket.Pair sockets = UnixSocket.pair();
        try (VfioUserServer _ = VfioUserServer.takeSocket(sockets.left(), DeviceSource.of(device), false, SILENT);
                RawPeer qemu = new RawPeer(sockets.right())) {
            qemu.negotiate();
            qemu.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, GUEST.length));
            qemu.call(Command.REGION_WRITE, RawPeer.access(CopyDevice.TARGET, REGISTERS, 8, RawPeer.longs(0x8000)));
            byte[] go = RawPeer.access(CopyDevice.GO, REGISTERS, 4, RawPeer.words(16));

            int first = qemu.send(Command.REGION_WRITE, go);
            RawPeer.Message asked = qemu.receive();
            int behind = qemu.send(Command.REGION_WRITE, RawPeer.access(CopyDevice.RELAXED, REGISTERS, 1, (byte) 7));
            assertDone(first, qemu.receive());
            assertDone(behind, qemu.receive());
            answer(qemu, asked);
            answer(qemu, qemu.receive());

            int second = qemu.send(Command.REGION_WRITE, go);
            assertDone(second, qemu.receive());
            answer(qemu, qemu.receive());
            answer(qemu, qemu.receive());
            RawPeer.Message read = qemu.call(Command.REGION_READ, RawPeer.access(CopyDevice.RELAXED, REGISTERS, 1));
            assertThat(read.payload()).endsWith(7);
            assertThat(Arrays.copyOfRange(GUEST, 0x8000, 0x8010)).isEqualTo(Arrays.copyOf(GUEST, 16));
        }
    }

    private static void assertDone(int id, RawPeer.Message reply) {
        assertThat(reply.isError()).isFalse();
        assertThat(reply.command()).isEqualTo(Command.REGION_WRITE.number());
        assertThat(reply.id()).isEqualTo(id);
        assertThat(reply.payload()).hasSize(16);
    }

    /** Clients of this library answer in every call, wholly, and none is over before it is done. */
    @Test
    void aClientThatIsKnownToAnswerIsAskedForAllAtOnceAndNeverAnsweredEarly() {
        UnixSocket.Pair sockets = UnixSocket.pair();
        try (VfioUserServer _ = VfioUserServer.takeSocket(sockets.left(), DeviceSource.of(device), false, SHORT);
                RawPeer ours = new RawPeer(sockets.right())) {
            ours.call(
                    Command.VERSION,
                    RawPeer.version(0, 0, Capabilities.with(Offer.NONE).json()));
            ours.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, GUEST.length));

            ours.send(Command.REGION_WRITE, RawPeer.access(CopyDevice.GO, REGISTERS, 4, RawPeer.words(1 << 20)));

            RawPeer.Message asked = ours.receive();
            assertThat(asked.command()).isEqualTo(Command.DMA_READ.number());
            assertThat(asked.bytes().getLong(8)).isEqualTo(1 << 20);
            assertThat(ours.isClosed()).isTrue();
        }
    }

    @Test
    void aRefusalReachesTheDeviceAndItsUser() {
        client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, 4096));

        copy(0, 0, 16);
        RawPeer.Message asked = client.receive();
        client.sendRaw(RawPeer.error(asked, Errno.ENODEV));

        RawPeer.Message written = client.receive();
        assertThat(written.command()).isEqualTo(Command.REGION_WRITE.number());
        assertThat(written.errno()).isEqualTo(Errno.ENODEV);
    }

    @Test
    void aReplyToAnotherRequestEndsTheConnection() {
        client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, 4096));

        copy(0, 0, 16);
        RawPeer.Message asked = client.receive();
        client.sendRaw(
                RawPeer.message(asked.id() + 1, asked.command(), 48, Wire.REPLY, RawPeer.dma(0, 16, new byte[16])));

        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void aReplyWithFewerBytesEndsTheConnection() {
        client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, 4096));

        copy(0, 0, 16);
        RawPeer.Message asked = client.receive();
        client.sendRaw(RawPeer.message(asked.id(), asked.command(), 40, Wire.REPLY, RawPeer.dma(0, 16, new byte[8])));

        assertThat(client.isClosed()).isTrue();
    }

    @Test
    void overlappingAndOverflowingRangesAreRefusedAndTheirFilesClosed() {
        try (Fd file = Memfd.create("guest", 8192)) {
            assertThat(client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0x1000, 8192), file)
                            .errno())
                    .isZero();
            assertThat(client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0x2000, 4096), file)
                            .errno())
                    .isEqualTo(Errno.EEXIST);
            assertThat(client.call(Command.DMA_MAP, RawPeer.map(3, 0, -4096, 8192), file)
                            .errno())
                    .isEqualTo(Errno.EOVERFLOW);
            assertThat(client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0x8000, 16384), file)
                            .errno())
                    .isEqualTo(Errno.EINVAL);
            assertThat(client.call(Command.DMA_MAP, RawPeer.map(0x83, 0, 0x8000, 4096), file)
                            .errno())
                    .isEqualTo(Errno.EINVAL);
            assertThat(client.call(Command.DMA_UNMAP, RawPeer.unmap(0, 0x2000, 4096))
                            .errno())
                    .isEqualTo(Errno.EINVAL);
            assertThat(client.call(Command.DMA_UNMAP, RawPeer.unmap(0, 0x1000, 8192))
                            .payload())
                    .isEqualTo(RawPeer.unmap(0, 0x1000, 8192));
            assertThat(device.dma.mappings()).isZero();
        }
    }

    @Test
    void whatAClientMappedIsUnmappedWhenItGoes() throws InterruptedException {
        try (Fd file = Memfd.create("guest", 8192)) {
            client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0x1000, 8192), file);
        }
        client.close();
        server.awaitEnd();

        assertThat(device.dma.mappings()).isZero();
    }

    @Test
    void pagesThatTheDeviceWroteAreReported() {
        client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, GUEST.length));
        byte[] start = RawPeer.join(RawPeer.words(40, 6 | 0x20000), RawPeer.longs(4096, 1, 0, GUEST.length));
        assertThat(client.call(Command.DEVICE_FEATURE, start).isError()).isFalse();

        copy(0, 0x3000, 8192);
        serve();
        byte[] report = RawPeer.join(RawPeer.words(8 + 24 + 8 * 4, 8 | 0x10000), RawPeer.longs(0, GUEST.length, 4096));
        RawPeer.Message reported = client.call(Command.DEVICE_FEATURE, report);

        assertThat(reported.payload()).hasSize(8 + 24 + 32);
        assertThat(reported.bytes().getLong(32)).isEqualTo(0b11000);
    }

    @Test
    void aDeviceWithoutDmaTakesMappingsAndForgetsThem() {
        ExampleDevice other = ExampleDevice.create();
        UnixSocket.Pair sockets = UnixSocket.pair();
        try (VfioUserServer _ = VfioUserServer.takeSocket(sockets.left(), DeviceSource.of(other), false);
                RawPeer qemu = new RawPeer(sockets.right())) {
            qemu.negotiate();
            assertThat(qemu.call(Command.DMA_MAP, RawPeer.map(1, 0, 0xfffc0000L, 0x40000))
                            .isError())
                    .isFalse();
            assertThat(qemu.call(Command.DMA_UNMAP, RawPeer.unmap(0, 0xfffc0000L, 0x40000))
                            .isError())
                    .isFalse();
        }
        other.close();
    }

    /** Lets the device copy; the reply to that comes at the end. */
    private void copy(long source, long target, int count) {
        client.call(Command.REGION_WRITE, RawPeer.access(CopyDevice.SOURCE, REGISTERS, 8, RawPeer.longs(source)));
        client.call(Command.REGION_WRITE, RawPeer.access(CopyDevice.TARGET, REGISTERS, 8, RawPeer.longs(target)));
        client.send(Command.REGION_WRITE, RawPeer.access(CopyDevice.GO, REGISTERS, 4, RawPeer.words(count)));
    }

    /** Answers the device's requests until the reply to ours. */
    private void serve() {
        while (true) {
            RawPeer.Message message = client.receive();
            if ((message.flags() & Wire.TYPE_MASK) == Wire.REPLY) {
                assertThat(message.isError()).isFalse();
                return;
            }
            answer(client, message);
        }
    }

    /** Does what the device asks. */
    private static void answer(RawPeer client, RawPeer.Message asked) {
        assertThat(asked.bytes().getLong(8)).isBetween(1L, 65536L);
        client.answer(asked, GUEST);
    }
}
