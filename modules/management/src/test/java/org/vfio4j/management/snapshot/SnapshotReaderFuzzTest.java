/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever bytes a snapshot file holds, they are a snapshot that can be written and read again, or a {@link SnapshotException}. */
class SnapshotReaderFuzzTest {
    @FuzzTest
    void read(byte[] bytes) {
        Snapshot snapshot;
        try {
            snapshot = SnapshotReader.read(bytes);
        } catch (SnapshotException e) {
            assertThat(e).hasMessageMatching("(?s).+: .+");
            return;
        }
        assertThat(SnapshotReader.read(Samples.bytes(Json.snapshot(snapshot)))).isEqualTo(snapshot);
    }
}
