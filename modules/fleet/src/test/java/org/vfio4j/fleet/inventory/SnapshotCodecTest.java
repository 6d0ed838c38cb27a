/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.vfio4j.fleet.Hosts;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotException;

class SnapshotCodecTest {
    private static final Snapshot HOST = Hosts.host("node1", 8, new Random(1));

    @Test
    void whatIsWrittenIsRead() {
        byte[] value = SnapshotCodec.write(HOST);

        assertThat(SnapshotCodec.read(value)).isEqualTo(HOST);
        assertThat(value.length).isLessThan(16 << 10);
    }

    @Test
    void everyCutAndEveryByteMoreIsRefused() {
        byte[] value = SnapshotCodec.write(HOST);
        for (int length = 0; length < value.length; length += 7) {
            byte[] cut = Arrays.copyOf(value, length);
            assertThatExceptionOfType(SnapshotException.class).isThrownBy(() -> SnapshotCodec.read(cut));
        }
        byte[] longer = Arrays.copyOf(value, value.length + 1);
        assertThatExceptionOfType(SnapshotException.class)
                .isThrownBy(() -> SnapshotCodec.read(longer))
                .withMessageContaining("after its end");
    }

    @Test
    void aLengthThatIsALieIsFoundOut() {
        byte[] less = SnapshotCodec.write(HOST);
        int length = ByteBuffer.wrap(less).getInt(5);
        ByteBuffer.wrap(less).putInt(5, length - 1);
        byte[] more = less.clone();
        ByteBuffer.wrap(more).putInt(5, length + 1);
        byte[] huge = less.clone();
        ByteBuffer.wrap(huge).putInt(5, Integer.MAX_VALUE);

        assertThatExceptionOfType(SnapshotException.class)
                .isThrownBy(() -> SnapshotCodec.read(less))
                .withMessageContaining("more than");
        assertThatExceptionOfType(SnapshotException.class)
                .isThrownBy(() -> SnapshotCodec.read(more))
                .withMessageContaining("cut short");
        assertThatExceptionOfType(SnapshotException.class)
                .isThrownBy(() -> SnapshotCodec.read(huge))
                .withMessageContaining("more than");
    }

    @Test
    void aValueThatGrowsAThousandfoldIsUnpackedNoFurtherThanItSays() {
        byte[] zeros = new byte[16 << 20];
        byte[] room = new byte[1 << 20];
        int length;
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(zeros);
            deflater.finish();
            length = deflater.deflate(room);
        }
        byte[] bomb = ByteBuffer.allocate(9 + length)
                .put("VF4J".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .put((byte) 1)
                .putInt(100)
                .put(room, 0, length)
                .array();

        assertThatExceptionOfType(SnapshotException.class)
                .isThrownBy(() -> SnapshotCodec.read(bomb))
                .withMessageContaining("more than the 100 bytes");
    }

    @Test
    void aHostThatIsTooLargeIsNotPublished() {
        Random random = new Random(2);
        List<DeviceProbe> many = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            many.add(Hosts.device("0000:10:00.0", "nvidia-701", "580.65.05", Hosts.uuid(random), true, random));
        }
        Snapshot host = Hosts.snapshot("node1", "6.12.0", null, List.of(), many);

        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> SnapshotCodec.write(host))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.E2BIG));
    }
}
