/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.TestTree;
import org.vfio4j.management.host.Commands;

class PlatformTest {
    private static final String INTEL = "/sys/class/iommu/dmar%d/intel-iommu/ecap";
    private static final String AMD = "/sys/class/iommu/ivhd0/amd-iommu/features";

    @TempDir
    Path folder;

    /** An ecap with SMTS, SSADS and SMPWC (bits 43, 45, 48), one with none of them, and two without SMPWC. */
    @ParameterizedTest
    @CsvSource({
        "6.12.0-1-amd64, 3ee9e86f050df, true",
        "6.12.0-1-amd64, f020df,        false",
        "6.12.0-1-amd64, 2ee9e86f050df, false",
        "6.12.0-1-amd64, 2009e86f050df, false",
        "6.12.0-1-amd64, no register,   ",
        "6.6.9,          3ee9e86f050df, false",
        "unknown,        3ee9e86f050df, ",
    })
    void anIntelIommuTracksIfItsCapabilitiesAndTheKernelSaySo(String kernel, String ecap, Boolean tracks) {
        machine(kernel).attribute(INTEL.formatted(0), ecap + "\n");

        assertThat(platform().iommuDirtyTrackingOrNull()).isEqualTo(tracks);
    }

    @Test
    void allIommusHaveToTrack() {
        machine("6.12.0").attribute(INTEL.formatted(0), "3ee9e86f050df\n").attribute(INTEL.formatted(1), "f020df\n");

        assertThat(platform().iommuDirtyTrackingOrNull()).isFalse();
    }

    @Test
    void withoutScalableModeAnIntelIommuTracksNothing() {
        machine("6.12.0")
                .attribute(INTEL.formatted(0), "3ee9e86f050df\n")
                .attribute("/proc/cmdline", "quiet intel_iommu=on,sm_off\n");

        assertThat(platform().iommuDirtyTrackingOrNull()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"247577efa2254afa, true", "247577efa2254afa:10, true", "247577efa2254afa:0, true"})
    void anAmdIommuTracksIfItsFirstFeatureRegisterSaysSo(String features, boolean tracks) {
        machine("6.12.0").attribute(AMD, features + "\n");

        assertThat(platform().iommuDirtyTrackingOrNull()).isEqualTo(tracks);
    }

    @ParameterizedTest
    @CsvSource({"246577efa2254afa, false", "246577efa2254afa:10000000000000, false"})
    void bitsOfTheSecondFeatureRegisterDoNotCount(String features, boolean tracks) {
        machine("6.12.0").attribute(AMD, features + "\n");

        assertThat(platform().iommuDirtyTrackingOrNull()).isEqualTo(tracks);
    }

    @Test
    void withoutAnIommuNothingIsKnownOfIt() {
        machine("6.12.0");

        assertThat(platform().iommuDirtyTrackingOrNull()).isNull();
    }

    @Test
    void anIommuThatShowsNoRegisterIsNotKnown() {
        machine("6.12.0").directory("/sys/class/iommu/smmu3.0x0000000002b40000");

        assertThat(platform().iommuDirtyTrackingOrNull()).isNull();
    }

    @Test
    void versionsAreTheFirstProgramsThatSayOne() {
        Map<List<String>, String> installed = Map.of(
                List.of("qemu-kvm", "--version"),
                        "QEMU emulator version 9.1.0 (qemu-kvm-9.1.0-15.el9)\nCopyright (c) 2003-2024\n",
                List.of("/usr/libexec/qemu-kvm", "--version"), "QEMU emulator version 8.2.0\n",
                List.of("virtqemud", "--version"), "no number here\n",
                List.of("libvirtd", "--version"), "libvirtd (libvirt) 10.10.0\n");
        machine("6.12.0");

        Platform platform = Platform.of(Root.at(folder), command -> Optional.ofNullable(installed.get(command)));

        assertThat(platform.qemuVersionOrNull()).isEqualTo("9.1.0");
        assertThat(platform.libvirtVersionOrNull()).isEqualTo("10.10.0");
    }

    @Test
    void whatIsNotInstalledHasNoVersion() {
        machine("6.12.0");

        assertThat(Platform.of(Root.at(folder), Commands.NONE)).isEqualTo(Platform.UNKNOWN);
    }

    private TestTree machine(String kernel) {
        return TestTree.empty(folder).attribute("/proc/sys/kernel/osrelease", kernel + "\n");
    }

    private Platform platform() {
        return Platform.of(Root.at(folder));
    }
}
