/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ConfigSpaceTest {
    private static final int ALL_ONES = 0xffff_ffff;

    @Test
    void idsClassAndSubsystemAreWhereTheHeaderHasThem() {
        ConfigSpace space = ConfigSpace.of(0x1234, 0xabcd)
                .subsystem(0x5678, 0xef01)
                .classCode(0x070002, 0x10)
                .build();

        assertThat(read(space, 0x00)).isEqualTo(0xabcd_1234);
        assertThat(read(space, 0x08)).isEqualTo(0x0700_0210);
        assertThat(read(space, 0x2c)).isEqualTo(0xef01_5678);
        assertThat(read(space, 0x34)).isZero();
    }

    @Test
    void aBarTellsItsSizeAndKeepsItsType() {
        ConfigSpace space = ConfigSpace.of(1, 1)
                .memoryBar(0, 1 << 21, true)
                .memoryBar(1, 4096, false)
                .ioBar(2, 8)
                .memoryBar(3, 1L << 31, false)
                .build();
        for (int bar = 0; bar < 6; bar++) {
            space.registers().write(0x10 + 4 * bar, 4, ALL_ONES);
        }

        assertThat(read(space, 0x10)).isEqualTo(0xffe0_0008);
        assertThat(read(space, 0x14)).isEqualTo(0xffff_f000);
        assertThat(read(space, 0x18)).isEqualTo(0xffff_fff9);
        assertThat(read(space, 0x1c)).isEqualTo(0x8000_0000);
        assertThat(read(space, 0x20)).isZero();
        assertThat(read(space, 0x24)).isZero();
    }

    @Test
    void aBarKeepsTheAddressItIsGivenInAnyWidth() {
        ConfigSpace space = ConfigSpace.of(1, 1).memoryBar(0, 1 << 16, true).build();

        space.registers().write(0x12, 2, 0xfebc);
        space.registers().write(0x10, 2, 0x1234);

        assertThat(space.bar(0)).isEqualTo(0xfebc_0008);
    }

    @Test
    void sizesThatNoBarCanHaveAreRefused() {
        ConfigSpace.Builder space = ConfigSpace.of(1, 1);

        assertThatIllegalArgumentException().isThrownBy(() -> space.memoryBar(0, 5000, false));
        assertThatIllegalArgumentException().isThrownBy(() -> space.memoryBar(6, 4096, false));
        assertThatIllegalArgumentException().isThrownBy(() -> space.memoryBar(0, 8, false));
        assertThatIllegalArgumentException().isThrownBy(() -> space.memoryBar(0, 1L << 32, false));
        assertThatIllegalArgumentException().isThrownBy(() -> space.ioBar(0, 0));
    }

    @Test
    void capabilitiesAreLinkedInTheirOrderAndTheStatusTellsOfThem() {
        ConfigSpace space = ConfigSpace.of(1, 1)
                .status(ConfigSpace.STATUS_DEVSEL_MEDIUM, 0)
                .capability(0x09, new byte[] {5, 0, 1})
                .capability(0x01, new byte[] {3, 0})
                .build();

        assertThat(read(space, 0x04) >>> 16).isEqualTo(0x0210);
        assertThat(read(space, 0x34)).isEqualTo(0x40);
        assertThat(read(space, 0x40)).isEqualTo(0x0005_4809);
        assertThat(read(space, 0x44)).isEqualTo(0x0000_0001);
        assertThat(read(space, 0x48)).isEqualTo(0x0003_0001);
    }

    @Test
    void commandAndStatusChangeOnlyByTheirMasks() {
        ConfigSpace space = ConfigSpace.of(1, 1)
                .command(ConfigSpace.COMMAND_IO, ConfigSpace.COMMAND_IO | ConfigSpace.COMMAND_MEMORY)
                .status(0xf900, 0xf800)
                .build();

        space.registers().write(0x04, 4, 0x8000_fffe);

        assertThat(space.command()).isEqualTo(ConfigSpace.COMMAND_MEMORY);
        assertThat(read(space, 0x04)).isEqualTo(0x7900_0002);
    }

    @Test
    void onlyADeviceWithAPinHasAnInterruptLine() {
        ConfigSpace without = ConfigSpace.of(1, 1).build();
        ConfigSpace with = ConfigSpace.of(1, 1).interruptPin(1).build();

        without.registers().write(0x3c, 4, 0x0b0b);
        with.registers().write(0x3c, 4, 0x0b0b);

        assertThat(read(without, 0x3c)).isZero();
        assertThat(read(with, 0x3c)).isEqualTo(0x010b);
    }

    private static int read(ConfigSpace space, int offset) {
        return (int) space.registers().read(offset, 4);
    }
}
