/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotException;

/** Whatever somebody publishes, it is a snapshot or a {@link SnapshotException}; and so is a reservation. */
class SnapshotCodecFuzzTest {
    @FuzzTest
    void aValueOfAnyBytes(byte[] bytes) {
        read(bytes);
    }

    /** The bytes as JSON that is packed well, so that what is behind the packing is reached. */
    @FuzzTest
    void aValueOfAnyJson(byte[] json) {
        byte[] room = new byte[json.length + 1024];
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(json);
            deflater.finish();
            int length = deflater.deflate(room);
            read(ByteBuffer.allocate(9 + length)
                    .put("VF4J".getBytes(StandardCharsets.US_ASCII))
                    .put((byte) 1)
                    .putInt(json.length)
                    .put(room, 0, length)
                    .array());
        }
    }

    @FuzzTest
    void aReservationOfAnyBytes(byte[] bytes) {
        Reservation reservation;
        try {
            reservation = Reservation.read(bytes);
        } catch (SnapshotException e) {
            assertThat(e).hasMessageMatching("(?s).+: .+");
            return;
        }
        assertThat(Reservation.read(reservation.write())).isEqualTo(reservation);
    }

    private static void read(byte[] value) {
        Snapshot snapshot;
        try {
            snapshot = SnapshotCodec.read(value);
        } catch (SnapshotException e) {
            assertThat(e).hasMessageMatching("(?s).+: .+");
            return;
        }
        assertThat(SnapshotCodec.read(SnapshotCodec.write(snapshot))).isEqualTo(snapshot);
    }
}
