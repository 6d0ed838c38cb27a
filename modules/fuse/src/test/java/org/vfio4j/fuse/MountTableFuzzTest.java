/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class MountTableFuzzTest {
    /** Whoever may mount chooses the names; every line of the table is a mount, or none of ours. */
    @FuzzTest(maxDuration = "60s")
    void aTableOfAnyBytes(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);

        MountTable table = MountTable.parse(text);

        assertThat(table.mounts()).hasSizeLessThanOrEqualTo((int) text.lines().count());
        assertThat(table.mounts())
                .allSatisfy(mount -> assertThat(table.at(mount.at())).isPresent());
    }
}
