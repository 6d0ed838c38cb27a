/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;

/** A whole session, as QEMU begins one, cut off at every byte: the server always ends, and the device is as if nobody had been there. */
class CutSessionTest {
    private static final String NAME = "cut";

    private final CopyDevice device = CopyDevice.create();

    /** A message, and what goes with it. */
    @SuppressWarnings("ArrayRecordComponent") // only sent
    private record Part(byte[] bytes, Optional<Fd> fd) {}

    @AfterEach
    void close() {
        device.close();
    }

    @Test
    void aSessionCanEndAtEveryByte() throws InterruptedException {
        try (Fd memory = Memfd.create(NAME, 8192);
                Eventfd eventfd = Eventfd.create()) {
            List<Part> session = session(memory, eventfd.fd());
            int length = session.stream().mapToInt(part -> part.bytes().length).sum();
            for (int cut = 0; cut <= length; cut++) {
                play(session, cut);

                assertThat(Memfds.open(NAME)).as("after %d bytes", cut).isOne();
                assertThat(device.dma.mappings()).as("after %d bytes", cut).isZero();
            }
        }
    }

    private void play(List<Part> session, int length) throws InterruptedException {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false)) {
            try (RawPeer client = new RawPeer(pair.right())) {
                int left = length;
                for (Part part : session) {
                    byte[] bytes = Arrays.copyOf(part.bytes(), Math.min(left, part.bytes().length));
                    Fd[] fds =
                            bytes.length == 0 ? new Fd[0] : part.fd().stream().toArray(Fd[]::new);
                    client.sendRaw(bytes, fds);
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
