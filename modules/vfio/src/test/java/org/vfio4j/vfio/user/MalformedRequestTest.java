/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vfio4j.vfio.user.RawPeer.access;
import static org.vfio4j.vfio.user.RawPeer.join;
import static org.vfio4j.vfio.user.RawPeer.longs;
import static org.vfio4j.vfio.user.RawPeer.map;
import static org.vfio4j.vfio.user.RawPeer.message;
import static org.vfio4j.vfio.user.RawPeer.request;
import static org.vfio4j.vfio.user.RawPeer.unmap;
import static org.vfio4j.vfio.user.RawPeer.version;
import static org.vfio4j.vfio.user.RawPeer.words;

import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;

/**
 * What a client gets who sends what he must not: an error number, with the connection as good as before, or its end where no message can follow.
 * In neither case does a descriptor stay.
 */
class MalformedRequestTest {
    private static final int ID = 0x4711;
    private static final String HOSTILE = "hostile";
    private static final int HUGE = Integer.MIN_VALUE;

    private final CopyDevice device = CopyDevice.create();
    private final UnixSocket.Pair pair = UnixSocket.pair();
    private final VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false);
    private final RawPeer client = new RawPeer(pair.right());

    /** A message with so many descriptors, and the error number it earns. */
    @SuppressWarnings("ArrayRecordComponent") // only sent
    record Case(String name, byte[] bytes, int fds, int errno) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> refused() {
        return Stream.of(sizes(), flags(), queries(), accesses(), memory(), features(), descriptors())
                .flatMap(List::stream);
    }

    private static List<Case> sizes() {
        return List.of(
                invalid("no payload", request(ID, Command.DEVICE_GET_INFO, 0, new byte[0])),
                invalid("a payload that is too short", request(ID, Command.DEVICE_GET_REGION_INFO, 0, new byte[31])),
                invalid("a payload that is too long", request(ID, Command.DEVICE_GET_INFO, 0, words(16, 0, 0, 0, 0))),
                invalid("a reset with a payload", request(ID, Command.DEVICE_RESET, 0, new byte[4])),
                invalid("a read without an access", request(ID, Command.REGION_READ, 0, new byte[8])),
                invalid("a read with data", request(ID, Command.REGION_READ, 0, access(0, 0, 4, new byte[4]))),
                invalid("interrupts without a header", request(ID, Command.DEVICE_SET_IRQS, 0, new byte[16])),
                invalid("a feature without flags", request(ID, Command.DEVICE_FEATURE, 0, words(8))),
                invalid("half a mapping", request(ID, Command.DMA_MAP, 0, new byte[16])),
                invalid("a mapping and more", request(ID, Command.DMA_MAP, 0, new byte[40])));
    }

    private static List<Case> flags() {
        byte[] info = words(16, 0, 0, 0);
        return List.of(
                invalid("a type that there is not", request(ID, Command.DEVICE_GET_INFO, 2, info)),
                invalid("an error as a request", request(ID, Command.DEVICE_GET_INFO, Wire.IS_ERROR, info)),
                invalid("an unknown flag", request(ID, Command.DEVICE_GET_INFO, 0x100, info)),
                invalid("the version again", request(ID, Command.VERSION, 0, version(0, 0, "{}"))),
                new Case("command 0", message(ID, 0, 16, 0, new byte[0]), 0, Errno.EOPNOTSUPP),
                new Case("dirty pages", message(ID, 14, 16, 0, new byte[0]), 0, Errno.EOPNOTSUPP),
                new Case("an unknown command", message(ID, 19, 16, 0, new byte[0]), 0, Errno.EOPNOTSUPP),
                new Case("the highest command", message(ID, 0xffff, 16, 0, new byte[0]), 0, Errno.EOPNOTSUPP),
                new Case("a server's command", request(ID, Command.DMA_READ, 0, longs(0, 4)), 0, Errno.EOPNOTSUPP),
                new Case(
                        "an extension that was not agreed on",
                        request(ID, Command.QUERY_GFX_PLANE, 0, new byte[64]),
                        0,
                        Errno.EOPNOTSUPP));
    }

    private static List<Case> queries() {
        return List.of(
                invalid("an argsz of 0", request(ID, Command.DEVICE_GET_INFO, 0, words(0, 0, 0, 0))),
                invalid(
                        "an argsz too small",
                        request(ID, Command.DEVICE_GET_REGION_INFO, 0, words(31, 0, 0, 0, 0, 0, 0, 0))),
                invalid(
                        "no such region",
                        request(ID, Command.DEVICE_GET_REGION_INFO, 0, words(32, 0, 99, 0, 0, 0, 0, 0))),
                invalid(
                        "a negative region",
                        request(ID, Command.DEVICE_GET_REGION_INFO, 0, words(32, 0, -1, 0, 0, 0, 0, 0))),
                invalid("no such IRQ index", request(ID, Command.DEVICE_GET_IRQ_INFO, 0, words(16, 0, 5, 0))),
                invalid(
                        "I/O files of no region",
                        request(ID, Command.DEVICE_GET_REGION_IO_FDS, 0, words(16, 0, 99, 0))),
                invalid(
                        "interrupts behind the last",
                        request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x24, 1, 4, 1))),
                invalid("interrupts that overflow", request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x24, 1, -1, 2))),
                invalid(
                        "a huge count of interrupts",
                        request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x24, 0, 0, HUGE))),
                invalid("two kinds of data", request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x23, 0, 0, 1))),
                invalid("no action", request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x04, 0, 0, 1))),
                invalid("two actions", request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x31, 0, 0, 1))),
                invalid("bools that are missing", request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x22, 0, 0, 1))),
                invalid(
                        "data where none belong",
                        request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x21, 0, 0, 1, 0))));
    }

    private static List<Case> accesses() {
        byte[] entry = join(longs(0), words(2, 9), longs(0));
        return List.of(
                invalid("a read of no region", request(ID, Command.REGION_READ, 0, access(0, 17, 4))),
                invalid("a read behind the end", request(ID, Command.REGION_READ, 0, access(4096, 2, 4))),
                invalid("a read at a negative offset", request(ID, Command.REGION_READ, 0, access(-4, 2, 4))),
                new Case(
                        "a read of too much",
                        request(ID, Command.REGION_READ, 0, access(0, 0, (1 << 20) + 1)),
                        0,
                        Errno.E2BIG),
                new Case(
                        "a read of a negative count",
                        request(ID, Command.REGION_READ, 0, access(0, 0, -1)),
                        0,
                        Errno.E2BIG),
                invalid("a write that lacks its data", request(ID, Command.REGION_WRITE, 0, access(0, 2, 4))),
                invalid("a write with more data", request(ID, Command.REGION_WRITE, 0, access(0, 2, 1, new byte[4]))),
                new Case(
                        "a write of a huge count",
                        request(ID, Command.REGION_WRITE, 0, access(0, 2, HUGE)),
                        0,
                        Errno.E2BIG),
                invalid("many writes, none there", request(ID, Command.REGION_WRITE_MULTI, 0, longs(1))),
                invalid("many writes, a huge count", request(ID, Command.REGION_WRITE_MULTI, 0, longs(1L << 60))),
                invalid(
                        "many writes, one of them too long",
                        request(ID, Command.REGION_WRITE_MULTI, 0, join(longs(1), entry))));
    }

    private static List<Case> memory() {
        byte[] mapped = map(3, 0, 0x1000, 4096);
        return List.of(
                invalid("a mapping of nothing", request(ID, Command.DMA_MAP, 0, map(3, 0, 0x10000, 0)), 1),
                new Case(
                        "a mapping that overflows",
                        request(ID, Command.DMA_MAP, 0, map(3, 0, -4096, 8192)),
                        1,
                        Errno.EOVERFLOW),
                new Case("a mapping of everything", request(ID, Command.DMA_MAP, 0, map(3, 0, 0, -1)), 1, Errno.EEXIST),
                new Case("a mapping twice", request(ID, Command.DMA_MAP, 0, mapped), 1, Errno.EEXIST),
                invalid("a mapping without access", request(ID, Command.DMA_MAP, 0, map(0, 0, 0x10000, 4096)), 1),
                invalid(
                        "a mapping with unknown access",
                        request(ID, Command.DMA_MAP, 0, map(0x13, 0, 0x10000, 4096)),
                        1),
                invalid("a file that is too short", request(ID, Command.DMA_MAP, 0, map(3, 0, 0x10000, 1 << 20)), 1),
                invalid(
                        "an offset behind the file",
                        request(ID, Command.DMA_MAP, 0, map(3, 1 << 20, 0x10000, 4096)),
                        1),
                invalid("an offset that overflows", request(ID, Command.DMA_MAP, 0, map(3, -4096, 0x10000, 8192)), 1),
                invalid("an offset within a page", request(ID, Command.DMA_MAP, 0, map(3, 16, 0x10000, 4096)), 1),
                invalid("an argsz of 0 with a mapping", request(ID, Command.DMA_MAP, 0, new byte[32]), 1),
                invalid("half of a mapping unmapped", request(ID, Command.DMA_UNMAP, 0, unmap(0, 0x1000, 2048))),
                invalid("nothing unmapped", request(ID, Command.DMA_UNMAP, 0, unmap(0, 0x1000, 0))),
                new Case(
                        "an unmapping that overflows",
                        request(ID, Command.DMA_UNMAP, 0, unmap(0, -1, 2)),
                        0,
                        Errno.EOVERFLOW),
                invalid(
                        "everything unmapped from somewhere on",
                        request(ID, Command.DMA_UNMAP, 0, unmap(2, 0x1000, 0))),
                invalid("an unmapping with unknown flags", request(ID, Command.DMA_UNMAP, 0, unmap(5, 0x1000, 4096))));
    }

    private static List<Case> features() {
        return List.of(
                new Case(
                        "a feature that there is not",
                        request(ID, Command.DEVICE_FEATURE, 0, words(16, 0x10063)),
                        0,
                        Errno.ENOTTY),
                invalid("a feature with an argsz of 0", request(ID, Command.DEVICE_FEATURE, 0, words(0, 0x50006))),
                invalid(
                        "a log of missing ranges",
                        request(ID, Command.DEVICE_FEATURE, 0, join(words(24, 0x20006), longs(4096, 9)))),
                invalid(
                        "a log of 4 billion ranges",
                        request(ID, Command.DEVICE_FEATURE, 0, join(words(24, 0x20006), longs(4096, 0xffffffffL)))),
                invalid("a report without a range", request(ID, Command.DEVICE_FEATURE, 0, words(1000, 0x10008))),
                invalid(
                        "a report without a log",
                        request(ID, Command.DEVICE_FEATURE, 0, join(words(64, 0x10008), longs(0, 4096, 4096)))),
                invalid(
                        "a state that there is not",
                        request(ID, Command.DEVICE_FEATURE, 0, words(16, 0x20002, 99, -1))),
                invalid("half a state", request(ID, Command.DEVICE_FEATURE, 0, words(16, 0x20002, 1))),
                new Case(
                        "a state of a device that has none",
                        request(ID, Command.DEVICE_FEATURE, 0, words(16, 0x20002, 1, -1)),
                        0,
                        Errno.ENOTTY),
                invalid("migration data without a state", request(ID, Command.MIG_DATA_READ, 0, words(16, 8))),
                invalid("migration data behind argsz", request(ID, Command.MIG_DATA_READ, 0, words(8, 8))),
                new Case(
                        "a huge piece of migration data",
                        request(ID, Command.MIG_DATA_READ, 0, words(-1, HUGE)),
                        0,
                        Errno.E2BIG),
                invalid("migration data that are missing", request(ID, Command.MIG_DATA_WRITE, 0, words(16, 8))));
    }

    private static List<Case> descriptors() {
        return List.of(
                invalid("a file with a query", request(ID, Command.DEVICE_GET_INFO, 0, words(16, 0, 0, 0)), 1),
                invalid("a file with a read", request(ID, Command.REGION_READ, 0, access(0, 2, 4)), 3),
                invalid("a file with an unmapping", request(ID, Command.DMA_UNMAP, 0, unmap(0, 0x1000, 4096)), 1),
                invalid("two files for a mapping", request(ID, Command.DMA_MAP, 0, map(3, 0, 0x10000, 4096)), 2),
                invalid("a file with a feature", request(ID, Command.DEVICE_FEATURE, 0, words(16, 0x50001)), 1),
                new Case("a file with an unknown command", message(ID, 77, 16, 0, new byte[0]), 16, Errno.EOPNOTSUPP),
                invalid(
                        "fewer eventfds than interrupts",
                        request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x24, 1, 0, 3)),
                        2),
                invalid(
                        "more eventfds than interrupts",
                        request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x24, 1, 0, 1)),
                        2),
                invalid("too many eventfds", request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x24, 1, 0, 1)), 17),
                invalid("eventfds for no data", request(ID, Command.DEVICE_SET_IRQS, 0, words(20, 0x21, 0, 0, 1)), 1));
    }

    private static Case invalid(String name, byte[] bytes) {
        return invalid(name, bytes, 0);
    }

    private static Case invalid(String name, byte[] bytes, int fds) {
        return new Case(name, bytes, fds, Errno.EINVAL);
    }

    static List<Case> fatal() {
        return List.of(
                new Case("a size of 0", message(ID, 4, 0, 0, new byte[0]), 1, 0),
                new Case("a size that has no room for the header", message(ID, 4, 15, 0, new byte[0]), 1, 0),
                new Case(
                        "a size of more than any message",
                        message(ID, 10, Wire.MAX_MESSAGE + 1, 0, new byte[16]),
                        1,
                        0),
                new Case("a size of 4 GiB", message(ID, 10, -1, 0, new byte[16]), 1, 0),
                new Case("a reply to nothing", message(ID, 4, 16, Wire.REPLY, new byte[0]), 1, 0),
                new Case(
                        "an error reply to nothing",
                        message(ID, 11, 16, Wire.REPLY | Wire.IS_ERROR, new byte[0]),
                        1,
                        0));
    }

    @BeforeEach
    void attach() {
        assertThat(client.negotiate().isError()).isFalse();
        try (Fd memory = Memfd.create("guest", 4096)) {
            assertThat(client.call(Command.DMA_MAP, map(3, 0, 0x1000, 4096), memory)
                            .isError())
                    .isFalse();
        }
    }

    @AfterEach
    void detach() {
        client.close();
        server.close();
        device.close();
    }

    @ParameterizedTest
    @MethodSource
    void refused(Case request) {
        send(request);

        RawPeer.Message reply = client.receive();
        assertThat(Errno.name(reply.errno())).isEqualTo(Errno.name(request.errno()));
        assertThat(reply.id()).isEqualTo(ID);
        assertThat(reply.flags()).isEqualTo(Wire.REPLY | Wire.IS_ERROR);
        assertThat(reply.payload()).isEmpty();
        assertThat(client.call(Command.DEVICE_GET_INFO, words(16, 0, 0, 0)).isError())
                .isFalse();
        assertThat(Memfds.open(HOSTILE)).isZero();
        assertThat(device.dma.mappings()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource
    void fatal(Case request) throws InterruptedException {
        send(request);

        assertThat(client.isClosed()).isTrue();
        server.awaitEnd();
        assertThat(Memfds.open(HOSTILE)).isZero();
        assertThat(device.dma.mappings()).isZero();
    }

    /** Posted requests are refused without a word. */
    @ParameterizedTest
    @MethodSource("refused")
    void refusedWithoutAnAnswer(Case request) {
        byte[] posted = request.bytes().clone();
        posted[Wire.FLAGS] |= Wire.NO_REPLY;

        send(new Case(request.name(), posted, request.fds(), 0));

        assertThat(client.call(Command.DEVICE_GET_IRQ_INFO, words(16, 0, 0, 0)).payload())
                .hasSize(16);
        assertThat(Memfds.open(HOSTILE)).isZero();
    }

    private void send(Case request) {
        try (Fd hostile = Memfd.create(HOSTILE, 8192)) {
            client.sendRaw(
                    request.bytes(), Collections.nCopies(request.fds(), hostile).toArray(Fd[]::new));
        }
    }
}
