/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;

/** A whole session, as QEMU begins one, cut off at every byte: the server always ends, and the device is as if nobody had been there. */
class CutSessionTest {
    private static final String NAME = "cut";

    /** The memory of the machine whose session was recorded, and what it had the device copy there. */
    private static final long MACHINE = 16 << 20;

    private static final long SOURCE = 0x100000;
    private static final long TARGET = 0x200000;
    private static final int MESSAGES = 52;

    private final CopyDevice device = CopyDevice.create();

    /** A message, and what goes with it. */
    @SuppressWarnings("ArrayRecordComponent") // only sent
    private record Part(byte[] bytes, Optional<Fd> fd) {
        Fd[] fds() {
            return fd.stream().toArray(Fd[]::new);
        }
    }

    @AfterEach
    void close() {
        device.close();
    }

    @Test
    void aSessionCanEndAtEveryByte() throws InterruptedException {
        try (Fd memory = Memfd.create(NAME, 8192);
                Eventfd eventfd = Eventfd.create()) {
            cutEverywhere(session(memory, eventfd.fd()));
        }
    }

    /** What QEMU 11.1 said to such a device, from its start to its end: a machine with 16 MiB that lets it copy 64 bytes, see {@link #recorded}. */
    @Test
    void aSessionOfQemusCanEndAtEveryByte() throws IOException, InterruptedException {
        try (Fd memory = Memfd.create(NAME, MACHINE);
                Eventfd eventfd = Eventfd.create()) {
            cutEverywhere(recorded(memory, eventfd.fd()));
        }
    }

    private void cutEverywhere(List<Part> session) throws InterruptedException {
        int length = session.stream().mapToInt(part -> part.bytes().length).sum();
        for (int cut = 0; cut <= length; cut++) {
            play(session, cut);

            assertThat(Memfds.open(NAME)).as("after %d bytes", cut).isOne();
            assertThat(device.dma.mappings()).as("after %d bytes", cut).isZero();
        }
    }

    @Test
    void theWholeOfQemusSessionDoesWhatItDid() throws IOException {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (Fd memory = Memfd.create(NAME, MACHINE);
                Eventfd eventfd = Eventfd.create();
                Mapping machine = Mapping.readWrite(memory, 0, MACHINE);
                VfioUserServer _ = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false);
                RawPeer client = new RawPeer(pair.right())) {
            machine.segment().set(ValueLayout.JAVA_LONG, SOURCE, 0x1122334455667788L);

            recorded(memory, eventfd.fd()).forEach(part -> client.sendRaw(part.bytes(), part.fds()));
            client.endSending();
            int replies = 0;
            for (RawPeer.Message reply = client.receiveOrEnd(); reply != null; reply = client.receiveOrEnd()) {
                reply.fds().forEach(Fd::close);
                replies++;
            }

            assertThat(replies).isEqualTo(MESSAGES);
            assertThat(machine.segment().get(ValueLayout.JAVA_LONG, TARGET)).isEqualTo(0x1122334455667788L);
        }
    }

    /**
     * Reads {@code qemu-11.1.session}: for each message the number of its descriptors, a byte, and the message. DMA_MAP comes with the machine's
     * memory, DEVICE_SET_IRQS with an eventfd.
     */
    private static List<Part> recorded(Fd memory, Fd eventfd) throws IOException {
        try (InputStream in = CutSessionTest.class.getResourceAsStream("qemu-11.1.session")) {
            ByteBuffer bytes =
                    ByteBuffer.wrap(Objects.requireNonNull(in).readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
            List<Part> parts = new ArrayList<>();
            while (bytes.hasRemaining()) {
                boolean withFd = bytes.get() != 0;
                byte[] message = new byte[bytes.getInt(bytes.position() + Wire.SIZE)];
                bytes.get(message);
                Fd fd = message[Wire.COMMAND] == Command.DMA_MAP.number() ? memory : eventfd;
                parts.add(new Part(message, withFd ? Optional.of(fd) : Optional.empty()));
            }
            return parts;
        }
    }

    private void play(List<Part> session, int length) throws InterruptedException {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false)) {
            try (RawPeer client = new RawPeer(pair.right())) {
                int left = length;
                for (Part part : session) {
                    byte[] bytes = Arrays.copyOf(part.bytes(), Math.min(left, part.bytes().length));
                    client.sendRaw(bytes, bytes.length == 0 ? new Fd[0] : part.fds());
                    left -= bytes.length;
                }
            }
            server.awaitEnd();
        }
    }

    private static List<Part> session(Fd memory, Fd eventfd) {
        return List.of(
                part(Command.VERSION, RawPeer.version(0, 0, "{}")),
                new Part(RawPeer.request(1, Command.DMA_MAP, 0, RawPeer.map(3, 0, 0, 8192)), Optional.of(memory)),
                part(Command.DMA_MAP, RawPeer.map(3, 0, 0x10000, 4096)),
                part(Command.DEVICE_GET_INFO, RawPeer.words(16, 0, 0, 0)),
                part(Command.DEVICE_GET_REGION_INFO, RawPeer.words(32, 0, 0, 0, 0, 0, 0, 0)),
                new Part(
                        RawPeer.request(1, Command.DEVICE_SET_IRQS, 0, RawPeer.words(20, 0x24, 0, 0, 1)),
                        Optional.of(eventfd)),
                part(Command.REGION_READ, RawPeer.access(0, 7, 256)),
                part(Command.REGION_WRITE, RawPeer.access(CopyDevice.SOURCE, 2, 8, RawPeer.longs(0x10000))),
                // the device asks for memory now, and gets no answer
                part(Command.REGION_WRITE, RawPeer.access(CopyDevice.GO, 2, 4, RawPeer.words(64))),
                part(Command.DEVICE_RESET, new byte[0]));
    }

    private static Part part(Command command, byte[] payload) {
        return new Part(RawPeer.request(1, command, 0, payload), Optional.empty());
    }
}
