/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PciTreeTest {
    private static final String AT = "/sys/devices/pci0000:00/";

    @TempDir
    Path temp;

    private CapturedTree tree;

    @BeforeEach
    void makeTree() {
        tree = CapturedTree.empty(temp)
                .pciFunction("0000:00:01.0", "nouveau")
                .pciFunction("0000:00:02.0", "vfio-pci")
                .pciFunction("0000:00:02.1", "mlx5_vfio_pci")
                .pciFunction("0000:00:03.0", "nvidia")
                .pciFunction("0000:00:04.0", "");
        // NVIDIA's own driver stays bound to a virtual function and registers it with VFIO itself.
        tree.directory(AT + "0000:00:03.0/vfio-dev/vfio4")
                .attribute(AT + "0000:00:03.0/vfio-dev/vfio4/dev", "511:4\n")
                .directory(AT + "0000:00:03.0/nvidia")
                .link(AT + "0000:00:03.0/physfn", "../0000:00:01.0")
                .link(AT + "0000:00:02.0/iommu_group", "../../../kernel/iommu_groups/12")
                .attribute(AT + "0000:00:01.0/sriov_numvfs", "16\n");
        tree.delete(AT + "0000:00:02.0/driver_override").attribute(AT + "0000:00:02.0/driver_override", "vfio-pci\n");
    }

    @Test
    void boundToVfioIsWhatHasAVfioDriverOrAVfioDevice() {
        Scan<PciTree.PciFunction> scan = PciTree.of(tree.root()).vfioBound();

        assertThat(scan.findings()).isEmpty();
        assertThat(scan.items())
                .extracting(PciTree.PciFunction::address)
                .containsExactly("0000:00:02.0", "0000:00:02.1", "0000:00:03.0");
        assertThat(scan.items()).allMatch(PciTree.PciFunction::isVfioBound);
    }

    @Test
    void aFunctionShowsIdsDriverGroupAndOverride() {
        assertThat(PciTree.of(tree.root()).find("0000:00:02.0").first())
                .contains(new PciTree.PciFunction(
                        "0000:00:02.0",
                        new PciTree.Id(
                                OptionalInt.of(0x10de),
                                OptionalInt.of(0x26b1),
                                OptionalInt.of(0x030200),
                                OptionalInt.of(0x10de),
                                OptionalInt.of(0x1756)),
                        new BoundDevice(
                                "0000:00:02.0",
                                AT + "0000:00:02.0",
                                Optional.of("vfio-pci"),
                                OptionalInt.of(12),
                                Optional.empty()),
                        Optional.of("vfio-pci"),
                        Optional.empty(),
                        OptionalInt.empty(),
                        false));
    }

    @Test
    void aVirtualFunctionOfNvidiaShowsItsPhysicalOneAndThatItMakesVgpusWithoutMdev() {
        PciTree.PciFunction vf =
                PciTree.of(tree.root()).find("0000:00:03.0").first().orElseThrow();

        assertThat(vf.physfn()).contains("0000:00:01.0");
        assertThat(vf.nvidiaVgpu()).isTrue();
        assertThat(vf.bound().vfioDev()).contains(new VfioDev("vfio4", true));
        assertThat(vf.driverOverride()).isEmpty();
    }

    @Test
    void aFunctionOfAnyDriverOrNoneIsFound() {
        PciTree pci = PciTree.of(tree.root());

        assertThat(pci.find("0000:00:01.0").first().orElseThrow().numvfs()).hasValue(16);
        assertThat(pci.find("0000:00:04.0").first().orElseThrow().bound().driver())
                .isEmpty();
        assertThat(pci.find("0000:00:04.0").first().orElseThrow().isVfioBound()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000:00:1f.0", "", "..", "../drivers", "\u001b[2J"})
    void noFunctionIsNothing(String address) {
        assertThat(PciTree.of(tree.root()).find(address)).isEqualTo(new Scan<>(List.of(), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10de", "0x", "0xg", "0x12345678", "0x-1", "-0x1", ""})
    void anIdThatIsNoNumberIsAFinding(String text) {
        tree.attribute(AT + "0000:00:02.0/vendor", text);

        Scan<PciTree.PciFunction> scan = PciTree.of(tree.root()).find("0000:00:02.0");

        assertThat(scan.first().orElseThrow().id().vendor()).isEmpty();
        assertThat(scan.findings()).singleElement().matches(it -> it.is(TreeProblem.ATTRIBUTE_MALFORMED));
    }

    @ParameterizedTest
    @CsvSource({
        "vfio-pci,true",
        "mlx5_vfio_pci,true",
        "xe-vfio-pci,true",
        "nvgrace_gpu_vfio_pci,true",
        "vfio-platform,false",
        "nvidia,false",
        "pci-stub,false",
        "notvfio-pci,false"
    })
    void aVfioDriverIsKnownByItsName(String driver, boolean vfio) {
        assertThat(PciTree.isVfioDriver(driver)).isEqualTo(vfio);
    }
}
