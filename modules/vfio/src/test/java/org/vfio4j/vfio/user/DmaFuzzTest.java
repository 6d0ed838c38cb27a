/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.time.Duration;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.UnixSocket;

class DmaFuzzTest {
    private static final int MEMORY = 1 << 20;

    /** Of which the server takes a fifth for silence. */
    private static final Duration PATIENCE = Duration.ofMillis(50);

    /** As {@link ServerFuzzTest}, of a client that has just made the device wait for his memory, and so reaches it while it waits. */
    @FuzzTest(maxDuration = "60s")
    void aClientThatSendsAnythingWhileTheDeviceWaits(byte[] bytes) throws InterruptedException {
        CopyDevice device = CopyDevice.reentrant();
        UnixSocket.Pair pair = UnixSocket.pair();
        try (VfioUserServer server = VfioUserServer.takeSocket(pair.left(), DeviceSource.of(device), false, PATIENCE);
                RawPeer sender = new RawPeer(pair.right().duplicate());
                RawPeer client = new RawPeer(pair.right())) {
            client.negotiate();
            client.call(Command.DMA_MAP, RawPeer.map(3, 0, 0, MEMORY));
            byte[] go = RawPeer.access(CopyDevice.GO, CopyDevice.REGISTERS, 4, RawPeer.words(100));
            client.send(Command.REGION_WRITE, go);
            assertThat(client.receive().command()).isEqualTo(Command.DMA_READ.number());
            assertThat(client.receive().command()).isEqualTo(Command.REGION_WRITE.number());

            Thread sending = Thread.ofPlatform().start(() -> ServerFuzzTest.send(sender, bytes));
            for (RawPeer.Message said = client.receiveOrEnd(); said != null; said = client.receiveOrEnd()) {
                assertThat(Command.of(said.command()) != null || said.isError()).isTrue();
                said.fds().forEach(Fd::close);
            }
            sending.join();
            server.awaitEnd();
            assertThat(Memfds.open(ServerFuzzTest.HOSTILE)).isZero();
            assertThat(device.dma.mappings()).isZero();
        } finally {
            device.close();
        }
    }
}
