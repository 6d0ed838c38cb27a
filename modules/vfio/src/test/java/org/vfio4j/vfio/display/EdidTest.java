/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.vfio.VfioException;

/** That edid-decode finds no fault in them is tested in testbed. */
class EdidTest {
    @ParameterizedTest
    @CsvSource({"64,64", "640,480", "1280,800", "1366,768", "1920,1080", "3840,2160", "4095,4095", "1,2000", "2000,1"})
    void aBlockPrefersTheSizeItIsMadeFor(int width, int height) {
        if (Math.min(width, height) < Edid.MIN) {
            assertThatThrownBy(() -> Edid.of(width, height)).isInstanceOf(VfioException.class);
            return;
        }
        byte[] edid = Edid.of(width, height);

        assertThat(edid).hasSize(Edid.BLOCK);
        assertThat(sum(edid, 0)).isZero();
        assertThat(Edid.preferred(edid)).contains(new Edid.Size(width, height));
    }

    @ParameterizedTest
    @CsvSource({"4096,2160", "5120,2880", "7680,4320", "16384,16384", "2000,5000"})
    void aLargeSizeStandsInAnExtension(int width, int height) {
        byte[] edid = Edid.of(width, height);

        assertThat(edid).hasSize(2 * Edid.BLOCK);
        assertThat(edid[126]).isEqualTo((byte) 1);
        assertThat(sum(edid, 0)).isZero();
        assertThat(sum(edid, Edid.BLOCK)).isZero();
        assertThat(Edid.preferred(edid)).contains(new Edid.Size(width, height));
    }

    @Test
    void whatIsNoEdidPrefersNothing() {
        byte[] edid = Edid.of(1280, 800);
        edid[40]++;

        assertThat(Edid.preferred(edid)).isEmpty();
        assertThat(Edid.preferred(new byte[0])).isEmpty();
        assertThat(Edid.preferred(new byte[Edid.BLOCK])).isEmpty();
        assertThat(Edid.preferred(new byte[127])).isEmpty();
    }

    @Test
    void anyBytesAreReadWithoutAFault() {
        long seed = 42;
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] edid = Edid.of(64 + random.nextInt(8000), 64 + random.nextInt(8000));
            for (int j = 0; j < 5; j++) {
                edid[random.nextInt(edid.length)] = (byte) random.nextInt();
            }
            byte fix = 0;
            for (int j = 0; j < 127; j++) {
                fix -= edid[j];
            }
            edid[127] = fix;
            Edid.preferred(edid).ifPresent(size -> assertThat(size.width()).isNotNegative());
        }
    }

    private static byte sum(byte[] edid, int from) {
        byte sum = 0;
        for (int i = 0; i < Edid.BLOCK; i++) {
            sum += edid[from + i];
        }
        return sum;
    }
}
