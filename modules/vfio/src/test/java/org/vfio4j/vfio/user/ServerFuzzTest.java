/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.VfioDevice;

class ServerFuzzTest {
    static final String HOSTILE = "fuzzed client";
    private static final int PIECE = 512;

    /**
     * Whatever a client sends, with descriptors here and there: the server says what a server can say, ends when the client does, and leaves
     * nothing behind.
     */
    @FuzzTest(maxDuration = "60s")
    void aClientThatSendsAnything(byte[] bytes) throws InterruptedException {
        CopyDevice device = CopyDevice.create();
        try {
            serve(device, RawPeer.QEMU, bytes);
            assertThat(device.dma.mappings()).isZero();
        } finally {
            device.close();
        }
    }

    /**
     * Serves a client until it has said all of that.
     *
     * @param capabilities what it says of itself before
     */
    static void serve(VfioDevice device, String capabilities, byte[] bytes) throws InterruptedException {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false);
                RawPeer sender = new RawPeer(pair.right().duplicate());
                RawPeer client = new RawPeer(pair.right())) {
            client.call(Command.VERSION, RawPeer.version(0, 0, capabilities));
            Thread sending = Thread.ofPlatform().start(() -> send(sender, bytes));
            int messages = 0;
            for (RawPeer.Message said = client.receiveOrEnd(); said != null; said = client.receiveOrEnd()) {
                assertThat(Command.of(said.command()) != null || said.isError()).isTrue();
                said.fds().forEach(Fd::close);
                messages++;
            }
            sending.join();
            server.awaitEnd();
            assertThat(messages).isLessThanOrEqualTo(bytes.length);
            assertThat(Memfds.open(HOSTILE)).isZero();
        }
    }

    /** On a channel of its own, since one is for one thread. */
    static void send(RawPeer client, byte[] bytes) {
        try (Fd hostile = Memfd.create(HOSTILE, 8192)) {
            for (int at = 0; at < bytes.length; at += PIECE) {
                byte[] piece = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + PIECE));
                boolean withFd = (piece[0] & 1) != 0;
                if (!(withFd ? client.sendRaw(piece, hostile) : client.sendRaw(piece))) {
                    break;
                }
            }
        }
        client.endSending();
    }
}
