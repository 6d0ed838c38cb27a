/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.vfio4j.vfio.user.RawPeer.access;
import static org.vfio4j.vfio.user.RawPeer.dma;
import static org.vfio4j.vfio.user.RawPeer.join;
import static org.vfio4j.vfio.user.RawPeer.longs;
import static org.vfio4j.vfio.user.RawPeer.message;
import static org.vfio4j.vfio.user.RawPeer.version;
import static org.vfio4j.vfio.user.RawPeer.words;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.VfioDevice;

/** A client whose server lies, is silent or goes: every call ends in an errno in its time, and no descriptor stays. */
class HostileServerTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final String HOSTILE = "hostile";
    private static final int ID = 1;

    private final UnixSocket.Pair pair = UnixSocket.pair();
    private final RawPeer server = new RawPeer(pair.left());
    private final Arena arena = Arena.ofConfined();

    @AfterEach
    void close() {
        server.close();
        arena.close();
    }

    /** A call, and what it is answered: bytes with so many descriptors. */
    @SuppressWarnings("ArrayRecordComponent") // only sent
    record Case(String name, Consumer<VfioDevice> call, byte[] answer, int fds) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> lies() {
        Consumer<VfioDevice> info = VfioDevice::info;
        Consumer<VfioDevice> region = device -> device.regionInfo(0);
        Consumer<VfioDevice> file = device -> device.regionFile(0).close();
        Consumer<VfioDevice> read = device -> read(device, 4);
        return List.of(
                lie("another id", info, message(ID + 1, 4, 32, Wire.REPLY, words(16, 2, 9, 5))),
                lie("another command", info, message(ID, 5, 32, Wire.REPLY, words(16, 2, 9, 5))),
                lie("no size", info, message(ID, 4, 0, Wire.REPLY, words(16, 2, 9, 5))),
                lie("a size of 4 GiB", info, message(ID, 4, -1, Wire.REPLY, words(16, 2, 9, 5))),
                lie("no payload", info, message(ID, 4, 16, Wire.REPLY, new byte[0])),
                lie("a payload too long", info, reply(4, words(16, 2, 9, 5, 0))),
                lie("4 billion regions", info, reply(4, words(16, 2, -1, 5))),
                lie("too many IRQ indexes", info, reply(4, words(16, 2, 9, 1 << 20))),
                lie("a region cut short", region, reply(5, words(32, 0, 0, 0))),
                lie("a region with a huge argsz", region, reply(5, words(-1, 8, 0, 0, 4096, 0, 0, 0))),
                lie("a region that is another", region, reply(5, words(32, 3, 7, 0, 4096, 0, 0, 0))),
                lie("a region of a negative size", region, reply(5, words(32, 3, 0, 0, 0, 1 << 31, 0, 0))),
                lie("a chain outside the answer", region, reply(5, words(32, 11, 0, 4096, 4096, 0, 0, 0))),
                lie("more than was asked for", region, reply(5, words(32, 3, 0, 0, 4096, 0, 0, 0, 1, 2))),
                lie("a file shorter than its region", file, reply(5, words(32, 7, 0, 0, 1 << 20, 0, 0, 0)), 1),
                lie("a file with a negative offset", file, reply(5, words(32, 7, 0, 0, 4096, 0, 0, 1 << 31)), 1),
                lie("two files for a region", file, reply(5, words(32, 7, 0, 0, 4096, 0, 0, 0)), 2),
                lie("an IRQ index that is another", d -> d.irqInfo(1), reply(7, words(16, 1, 2, 1))),
                lie("4 billion interrupts", d -> d.irqInfo(1), reply(7, words(16, 1, 1, -1))),
                lie("a reply to interrupts with data", d -> d.setIrqs(IrqRequest.disable(0)), reply(8, words(1))),
                lie("more bytes than were read", read, reply(9, access(0, 0, 5, new byte[5]))),
                lie("a count that is not there", read, reply(9, access(0, 0, 4, new byte[3]))),
                lie("a read without an access", read, reply(9, new byte[8])),
                lie("more bytes than were written", d -> write(d, 4), reply(10, access(0, 0, 5))),
                lie("a negative count", d -> write(d, 4), reply(10, access(0, 0, -1))),
                lie("a reset with data", VfioDevice::reset, reply(13, words(1))),
                lie("a feature with more than there is room for", HostileServerTest::flags, reply(16, new byte[200])),
                lie("a plane cut short", d -> d.queryGfxPlane(GfxPlane.REGION), reply(0xf000, new byte[63])),
                lie("no dmabuf", d -> d.gfxDmabuf(1).close(), reply(0xf001, new byte[16])),
                lie("two dmabufs", d -> d.gfxDmabuf(1).close(), reply(0xf001, new byte[16]), 2),
                lie("a dmabuf that begins before itself", d -> d.gfxDmabuf(1).close(), reply(0xf001, longs(1, -1)), 1));
    }

    @ParameterizedTest
    @MethodSource
    void lies(Case lie) {
        try (VfioUserDevice device = connect()) {
            send(lie.answer(), lie.fds());

            assertThatExceptionOfType(ConnectionLostException.class)
                    .isThrownBy(() -> lie.call().accept(device))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENOTCONN));
            assertThatExceptionOfType(ConnectionLostException.class).isThrownBy(device::info);
        }
        assertThat(Memfds.open(HOSTILE)).isZero();
    }

    @Test
    void descriptorsThatNobodyWaitedForAreClosed() {
        try (VfioUserDevice device = connect()) {
            send(reply(4, words(16, 2, 9, 5)), 16);
            assertThat(device.info().regions()).isEqualTo(9);
            send(RawPeer.message(2, 5, 48, Wire.REPLY, words(32, 3, 0, 0, 4096, 0, 0, 0)), 3);
            assertThat(device.regionInfo(0).size()).isEqualTo(4096);
        }
        assertThat(Memfds.open(HOSTILE)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 5000})
    void anErrorNumberThatThereIsNotIsAProtocolError(int errno) {
        try (VfioUserDevice device = connect()) {
            server.sendRaw(join(words(ID | 4 << 16, 16, Wire.REPLY | Wire.IS_ERROR, errno)));

            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(device::info)
                    .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EPROTO"));
        }
    }

    @Test
    void aServerThatIsSilentIsGivenUp() {
        try (VfioUserDevice device = connect()) {
            assertThatExceptionOfType(ConnectionLostException.class).isThrownBy(device::info);
            assertThatExceptionOfType(ConnectionLostException.class).isThrownBy(device::reset);
        }
    }

    @Test
    void aServerThatStopsWithinAReplyIsGivenUp() {
        try (VfioUserDevice device = connect()) {
            server.sendRaw(new byte[] {1, 0, 4, 0, 32, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0});

            assertThatExceptionOfType(ConnectionLostException.class).isThrownBy(device::info);
        }
    }

    @Test
    void aServerThatGoesIsNoticed() {
        try (VfioUserDevice device = connect()) {
            server.close();

            assertThatExceptionOfType(ConnectionLostException.class).isThrownBy(device::info);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"capabilities\":1}",
                "{\"capabilities\":{\"max_msg_fds\":\"many\"}}",
                "{\"capabilities\":{\"org.vfio4j\":3}}"
            })
    void aVersionThatMakesNoSenseIsRefused(String json) {
        byte[] payload = json.isEmpty() ? words(0) : version(0, 0, json);
        server.sendRaw(message(0, 1, 16 + payload.length, Wire.REPLY, payload));
        if (json.isEmpty()) {
            VfioUserDevice.take(pair.right(), SHORT).close();
            return;
        }
        assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> VfioUserDevice.take(pair.right(), SHORT));
        assertThat(pair.right().isOpen()).isFalse();
    }

    @Test
    void anotherMajorVersionIsRefused() {
        byte[] payload = version(1, 0, "{}");
        server.sendRaw(message(0, 1, 16 + payload.length, Wire.REPLY, payload));

        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(() -> VfioUserDevice.take(pair.right(), SHORT))
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo("EOPNOTSUPP"));
    }

    @Test
    void aServerReachesMappedMemoryOnlyAsItMay() {
        try (VfioUserDevice device = connect();
                Fd memory = Memfd.create("guest", 8192)) {
            server.sendRaw(message(1, 2, 16, Wire.REPLY, new byte[0]));
            device.mapDma(new DmaMapping(IovaRange.of(0x1000, 8192), DmaMapping.READ, new DmaMapping.File(memory, 0)));
            server.receive();

            server.sendRaw(message(10, 11, 32, 0, dma(0x1ff8, 16)));
            server.sendRaw(message(11, 11, 32, 0, dma(0x2ff8, 16)));
            server.sendRaw(message(12, 12, 36, 0, dma(0x1000, 4, new byte[4])));
            server.sendRaw(message(13, 11, 32, 0, dma(0x1000, 1L << 40)));
            server.sendRaw(message(14, 12, 36, 0, dma(0x1000, 8, new byte[4])));
            server.sendRaw(message(15, 4, 32, 0, words(16, 0, 0, 0)));
            server.sendRaw(message(16, 0xeeee, 16, 0, new byte[0]));
            server.sendRaw(message(17, 11, 32, Wire.NO_REPLY, dma(0, 8)));
            send(message(18, 11, 32, 0, dma(0x1000, 8)), 1);
            server.sendRaw(message(2, 4, 32, Wire.REPLY, words(16, 2, 9, 5)));
            assertThat(device.info().irqs()).isEqualTo(5);

            assertThat(server.receive().command()).isEqualTo(4);
            assertThat(server.receive().payload()).isEqualTo(dma(0x1ff8, 16, new byte[16]));
            assertThat(server.receive().errno()).isEqualTo(Errno.EFAULT);
            assertThat(server.receive().errno()).isEqualTo(Errno.EFAULT);
            assertThat(server.receive().errno()).isEqualTo(Errno.E2BIG);
            assertThat(server.receive().errno()).isEqualTo(Errno.EINVAL);
            assertThat(server.receive().errno()).isEqualTo(Errno.ENOSYS);
            assertThat(server.receive().errno()).isEqualTo(Errno.ENOSYS);
            RawPeer.Message last = server.receive();
            assertThat(last.id()).isEqualTo(18);
            assertThat(last.errno()).isEqualTo(Errno.EINVAL);
        }
        assertThat(Memfds.open(HOSTILE)).isZero();
    }

    @Test
    void withAServerThatDoesNotKnowTheExtensionADisplayIsNotOffered() {
        byte[] payload = version(0, 0, "{\"capabilities\":{}}");
        server.sendRaw(message(0, 1, 16 + payload.length, Wire.REPLY, payload));
        try (VfioUserDevice device = VfioUserDevice.take(pair.right(), SHORT)) {
            assertThat(device.offer()).isEmpty();
            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> device.queryGfxPlane(GfxPlane.REGION))
                    .satisfies(e -> assertThat(e.errnoName()).isEqualTo("ENOTTY"));
        }
    }

    @Test
    void aRefusedMappingIsNotKept() {
        try (VfioUserDevice device = connect();
                Fd memory = Memfd.create("guest", 8192)) {
            DmaMapping mapping =
                    new DmaMapping(IovaRange.of(0x1000, 8192), DmaMapping.READ, new DmaMapping.File(memory, 0));
            server.sendRaw(join(words(1 | 2 << 16, 16, Wire.REPLY | Wire.IS_ERROR, Errno.ENOSPC)));
            server.sendRaw(message(2, 2, 16, Wire.REPLY, new byte[0]));

            assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> device.mapDma(mapping));
            device.mapDma(mapping);
        }
    }

    private VfioUserDevice connect() {
        byte[] payload = version(0, 0, "{\"capabilities\":{\"org.vfio4j\":{}}}");
        server.sendRaw(message(0, 1, 16 + payload.length, Wire.REPLY, payload));
        VfioUserDevice device = VfioUserDevice.take(pair.right(), SHORT);
        assertThat(server.receive().command()).isEqualTo(Command.VERSION.number());
        return device;
    }

    private void send(byte[] bytes, int fds) {
        List<Fd> files =
                Stream.generate(() -> Memfd.create(HOSTILE, 4096)).limit(fds).toList();
        server.sendRaw(bytes, files.toArray(Fd[]::new));
        files.forEach(Fd::close);
    }

    private static Case lie(String name, Consumer<VfioDevice> call, byte[] answer) {
        return lie(name, call, answer, 0);
    }

    private static Case lie(String name, Consumer<VfioDevice> call, byte[] answer, int fds) {
        return new Case(name, call, answer, fds);
    }

    private static byte[] reply(int command, byte[] payload) {
        return message(ID, command, 16 + payload.length, Wire.REPLY, payload);
    }

    private static void read(VfioDevice device, int count) {
        try (Arena arena = Arena.ofConfined()) {
            device.read(0, 0, arena.allocate(count));
        }
    }

    private static void write(VfioDevice device, int count) {
        try (Arena arena = Arena.ofConfined()) {
            device.write(0, 0, arena.allocate(count));
        }
    }

    private static void flags(VfioDevice device) {
        Feature.migrationFlags(device);
    }
}
