/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;

/** Writes of our client's, of which long ones are sent from the writer's memory, to our server. */
class LongWriteTest {
    private static final int OFFSET = 4097;
    private static final long SEED = 11;

    private final Arena arena = Arena.ofConfined();
    private final CopyDevice device = CopyDevice.create();
    private final UnixSocket.Pair sockets = UnixSocket.pair();
    private final VfioUserServer server = VfioUserServer.takeSocket(sockets.left(), DeviceSource.of(device), false);
    private final VfioUserDevice client = VfioUserDevice.take(sockets.right());

    @AfterEach
    void close() {
        client.close();
        server.close();
        device.close();
        arena.close();
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(SEED).nextBytes(bytes);
        return bytes;
    }

    private byte[] there(int offset, int length) {
        try (RegionFile file = device.regionFile(CopyDevice.MEMORY);
                Mapping memory = file.map(new RegionCapability.Area(0, CopyDevice.MEMORY_SIZE))) {
            return memory.segment().asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, (1 << 14) - 1, 1 << 14, 200_001, 1 << 20, (1 << 20) + 20_000})
    void allBytesArriveWhereverTheyCameFrom(int length) {
        byte[] bytes = random(length);
        assertThat(client.write(CopyDevice.MEMORY, OFFSET, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes)))
                .isEqualTo(length);
        assertThat(there(OFFSET, length)).isEqualTo(bytes);
        assertThat(there(0, OFFSET)).containsOnly(0);

        assertThat(client.write(CopyDevice.MEMORY, 0, MemorySegment.ofArray(bytes)))
                .isEqualTo(length);
        assertThat(there(0, length)).isEqualTo(bytes);
    }

    @Test
    void oneThatIsRefusedLeavesTheConnectionAsItWas() {
        MemorySegment bytes = arena.allocateFrom(ValueLayout.JAVA_BYTE, random(100_000));

        assertThatExceptionOfType(ErrnoException.class).isThrownBy(() -> client.write(17, 0, bytes));

        assertThat(client.write(CopyDevice.MEMORY, CopyDevice.MEMORY_SIZE - 50_000, bytes))
                .isEqualTo(50_000);
        assertThat(there(CopyDevice.MEMORY_SIZE - 50_000, 50_000))
                .isEqualTo(bytes.asSlice(0, 50_000).toArray(ValueLayout.JAVA_BYTE));
    }
}
