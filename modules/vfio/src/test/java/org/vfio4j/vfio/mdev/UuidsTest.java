/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

class UuidsTest {
    @Test
    void bothCasesAreTaken() {
        assertThat(Uuids.parse("1F0F2D6A-0000-4000-8000-00000000000a"))
                .hasToString("1f0f2d6a-0000-4000-8000-00000000000a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1-1-1-1-1",
                "1f0f2d6a-0000-4000-8000-00000000000",
                "1f0f2d6a-0000-4000-8000-0000000000001",
                "1f0f2d6a00004000800000000000000100000",
                "1f0f2d6a-0000-4000-8000-00000000000g",
                "1f0f2d6a-0000-4000-8000_000000000001",
                "{f0f2d6a-0000-4000-8000-00000000000}",
                "\u0661f0f2d6a-0000-4000-8000-00000000001",
                "1f0f2d6a-0000-4000-8000-000000000001\n"
            })
    void whatTheKernelDoesNotTakeIsInvalid(String text) {
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> Uuids.parse(text))
                .extracting(VfioException::errno)
                .isEqualTo(Errno.EINVAL);
    }
}
