/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;

/** Reads so long that their bytes go from the region to the reader without a copy between. */
class LongReadTest {
    private static final int LENGTH = 200_000;

    private final UnixSocket.Pair sockets = UnixSocket.pair();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment into = arena.allocate(LENGTH);

    @AfterEach
    void close() {
        arena.close();
    }

    private static byte[] pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 8));
        }
        return bytes;
    }

    /** By a client, of a server that says what the test says. */
    @Nested
    class ByAClient {
        private final byte[] data = pattern(LENGTH);
        private final RawPeer server = new RawPeer(sockets.left());
        private final VfioUserDevice device = connect();
        private Thread sending = Thread.ofPlatform().unstarted(() -> {});

        private VfioUserDevice connect() {
            byte[] version = RawPeer.version(0, 0, "{}");
            server.sendRaw(RawPeer.message(0, 1, Wire.HEADER + version.length, Wire.REPLY, version));
            return VfioUserDevice.take(sockets.right());
        }

        @AfterEach
        void close() throws InterruptedException {
            sending.join();
            device.close();
            server.close();
        }

        /** Beside the read, which takes it. */
        private void sendMeanwhile(byte[] bytes, int piece) {
            sending = Thread.ofPlatform().start(() -> {
                for (int at = 0; at < bytes.length; at += piece) {
                    server.sendRaw(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
                }
            });
        }

        private byte[] reply(int id, int flags, int count, byte... bytes) {
            byte[] payload = RawPeer.access(0, 0, count, bytes);
            return RawPeer.message(id, 9, Wire.HEADER + payload.length, flags, payload);
        }

        private void assertRead() {
            assertThat(device.read(0, 0, into)).isEqualTo(LENGTH);
            assertThat(into.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(data);
        }

        @Test
        void bytesThatComeInPieces() {
            sendMeanwhile(reply(1, Wire.REPLY, LENGTH, data), 7001);
            assertRead();
        }

        @Test
        void aReplyOfWhichOnlySomeOfTheHeaderIsThere() {
            byte[] reply = reply(1, Wire.REPLY, LENGTH, data);
            server.sendRaw(Arrays.copyOf(reply, 20));
            sendMeanwhile(Arrays.copyOfRange(reply, 20, reply.length), LENGTH);
            assertRead();
        }

        /** Its bytes are in the reader's memory when it shows what they are. */
        @Test
        void aRequestForMemoryThatComesBeforeTheReply() {
            byte[] written = pattern(30_000);
            byte[] memory = new byte[40_000];
            server.sendRaw(RawPeer.message(1, Command.DMA_MAP.number(), Wire.HEADER, Wire.REPLY, new byte[0]));
            device.mapDma(new DmaMapping(
                    IovaRange.of(0, memory.length),
                    DmaMapping.READ | DmaMapping.WRITE,
                    new DmaMapping.Remote(new DmaMapping.Owner() {
                        @Override
                        public void read(long iova, MemorySegment target) {
                            throw new AssertionError("nothing is read");
                        }

                        @Override
                        public void write(long iova, MemorySegment from) {
                            MemorySegment.copy(
                                    from, ValueLayout.JAVA_BYTE, 0, memory, (int) iova, (int) from.byteSize());
                        }
                    })));
            server.sendRaw(RawPeer.request(7, Command.DMA_WRITE, 0, RawPeer.dma(100, written.length, written)));
            sendMeanwhile(reply(2, Wire.REPLY, LENGTH, data), LENGTH);

            assertRead();

            assertThat(Arrays.copyOfRange(memory, 100, 100 + written.length)).isEqualTo(written);
        }

        @Test
        void aMessageThatCameWithTheReplyIsTheNext() {
            byte[] few = pattern(20_000);
            byte[] next = RawPeer.message(2, 13, Wire.HEADER, Wire.REPLY, new byte[0]);
            server.sendRaw(RawPeer.join(reply(1, Wire.REPLY, few.length, few), next));

            assertThat(device.read(0, 0, into)).isEqualTo(few.length);
            device.reset();

            assertThat(into.asSlice(0, few.length).toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(few);
        }

        @Test
        void anError() {
            server.sendRaw(RawPeer.message(1, 9, Wire.HEADER, Wire.REPLY | Wire.IS_ERROR, new byte[0]));

            assertThatExceptionOfType(ErrnoException.class)
                    .isThrownBy(() -> device.read(0, 0, into))
                    .satisfies(e -> assertThat(e.errno()).isPositive());
        }

        @Test
        void moreThanWasAskedForEndsTheConnection() {
            byte[] much = pattern(LENGTH + 1);
            sendMeanwhile(reply(1, Wire.REPLY, much.length, much), LENGTH);

            assertThatExceptionOfType(ConnectionLostException.class).isThrownBy(() -> device.read(0, 0, into));
        }

        @Test
        void aReplyThatIsCutEndsTheConnection() {
            server.sendRaw(Arrays.copyOf(reply(1, Wire.REPLY, LENGTH, data), 30_000));
            server.endSending();

            assertThatExceptionOfType(ConnectionLostException.class).isThrownBy(() -> device.read(0, 0, into));
        }
    }

    /** By any client, of our server. */
    @Nested
    class OfAServer {
        private final CopyDevice device = CopyDevice.create();
        private final byte[] data = pattern(CopyDevice.MEMORY_SIZE);
        private final VfioUserServer server = VfioUserServer.takeSocket(sockets.left(), DeviceSource.of(device), false);
        private final RawPeer client = new RawPeer(sockets.right());

        @AfterEach
        void close() {
            client.close();
            server.close();
            device.close();
        }

        private void fill() {
            try (RegionFile file = device.regionFile(CopyDevice.MEMORY);
                    Mapping memory = file.map(new RegionCapability.Area(0, data.length))) {
                memory.segment().copyFrom(MemorySegment.ofArray(data));
            }
            client.negotiate();
        }

        @Test
        void theRegionAsItIsNow() {
            fill();
            for (int offset : new int[] {0, 1, 4096, data.length - LENGTH}) {
                RawPeer.Message reply =
                        client.call(Command.REGION_READ, RawPeer.access(offset, CopyDevice.MEMORY, LENGTH));

                assertThat(reply.payload())
                        .isEqualTo(RawPeer.access(
                                offset, CopyDevice.MEMORY, LENGTH, Arrays.copyOfRange(data, offset, offset + LENGTH)));
            }
        }

        @Test
        void whatIsThereWhereTheRegionEnds() {
            fill();
            int offset = data.length - 20_000;
            RawPeer.Message reply = client.call(Command.REGION_READ, RawPeer.access(offset, CopyDevice.MEMORY, LENGTH));

            assertThat(reply.payload())
                    .isEqualTo(RawPeer.access(
                            offset, CopyDevice.MEMORY, 20_000, Arrays.copyOfRange(data, offset, data.length)));
            assertThat(client.call(Command.REGION_READ, RawPeer.access(data.length, CopyDevice.MEMORY, LENGTH))
                            .errno())
                    .isEqualTo(Errno.EINVAL);
            assertThat(client.call(Command.REGION_READ, RawPeer.access(-1, CopyDevice.MEMORY, LENGTH))
                            .errno())
                    .isEqualTo(Errno.EINVAL);
        }

        @Test
        void nothingOfADeviceThatIsGone() {
            fill();
            byte[] read = RawPeer.access(0, CopyDevice.MEMORY, LENGTH);
            assertThat(client.call(Command.REGION_READ, read).isError()).isFalse();

            device.close();

            assertThat(client.call(Command.REGION_READ, read).errno()).isEqualTo(Errno.EBADF);
        }

        @Test
        void nothingForAReadThatWantsNoAnswer() {
            fill();
            client.sendRaw(RawPeer.request(
                    5, Command.REGION_READ, Wire.NO_REPLY, RawPeer.access(0, CopyDevice.MEMORY, LENGTH)));

            assertThat(client.call(Command.DEVICE_RESET, new byte[0]).isError()).isFalse();
        }
    }
}
