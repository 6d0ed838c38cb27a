/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

class EdidFuzzTest {
    /** An EDID of any bytes, whose checksums are put right so that it is looked into, prefers a size that fits its fields, or nothing. */
    @FuzzTest(maxDuration = "60s")
    void anyBytesPreferASizeOrNothing(byte[] bytes) {
        Edid.preferred(bytes);
        byte[] edid = bytes.clone();
        for (int block = 0; block + Edid.BLOCK <= edid.length; block += Edid.BLOCK) {
            byte sum = 0;
            for (int i = block; i < block + Edid.BLOCK - 1; i++) {
                sum += edid[i];
            }
            edid[block + Edid.BLOCK - 1] = (byte) -sum;
        }

        Edid.preferred(edid).ifPresent(size -> {
            assertThat(size.width()).isBetween(0, 1 << 16);
            assertThat(size.height()).isBetween(0, 1 << 16);
        });
    }
}
