/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.vfio.VfioException;

class LinksTest {
    @ParameterizedTest
    @CsvSource({
        "/bus/mdev/devices, /devices/virtual/mdpy/mdpy/U, ../../../devices/virtual/mdpy/mdpy/U",
        "/devices/virtual/mdpy/mdpy/U, /kernel/iommu_groups/0, ../../../../../kernel/iommu_groups/0",
        "/devices/virtual/mdpy/mdpy/U, /devices/virtual/mdpy/mdpy/mdev_supported_types/t, ../mdev_supported_types/t",
        "/devices/virtual/mdpy/mdpy/U/vfio-dev/vfio0, /devices/virtual/mdpy/mdpy/U, ../../../U",
        "/devices/virtual/mdpy/mdpy, /class/mdpy, ../../../../class/mdpy",
        "/devices/a/b, /devices/a/b/c, c"
    })
    void targetsAreAsSysfsMakesThem(String folder, String target, String link) {
        assertThat(Links.from(folder, target).target()).isEqualTo(link);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "0, 0", "010, 8", "0x1F, 31", "+7, 7", "18446744073709551615, -1"})
    void numbersAreReadAsTheKernelReadsThem(String text, long number) {
        assertThat(Numbers.unsigned((text + "\n").getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(number);
        assertThat(Numbers.unsigned(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "one", "-1", "1 ", "1\n\n", "08", "0x", "18446744073709551616"})
    void whatIsNoNumberIsRefused(String text) {
        assertThatExceptionOfType(VfioException.class)
                .isThrownBy(() -> Numbers.unsigned(text.getBytes(StandardCharsets.UTF_8)));
    }
}
