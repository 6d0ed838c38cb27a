/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IommuGroupsTest {
    @TempDir
    Path temp;

    @Test
    void groupsAreInTheOrderOfTheirNumbers() {
        CapturedTree tree = CapturedTree.samples(temp).directory("/sys/kernel/iommu_groups/10/devices");

        Scan<IommuGroups.Group> scan = IommuGroups.of(tree.root()).groups();

        assertThat(scan.findings()).isEmpty();
        assertThat(scan.items()).extracting(IommuGroups.Group::number).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 10);
    }

    @Test
    void theGroupOfAnMdevIsNamedNoiommuAndHasItsDriver() {
        CapturedTree tree = CapturedTree.samples(temp);

        assertThat(IommuGroups.of(tree.root()).group(6).first())
                .contains(new IommuGroups.Group(
                        6,
                        Optional.of("vfio-noiommu"),
                        Optional.of("unknown"),
                        List.of(new IommuGroups.Member(
                                "1f0f2d6a-0000-4000-8000-000000000007", Optional.of("mdev"), Optional.of("mtty")))));
    }

    @Test
    void aHardwareGroupShowsEveryMemberWithItsDriver() {
        String group = "/sys/kernel/iommu_groups/12/";
        CapturedTree tree = CapturedTree.empty(temp)
                .pciFunction("0000:00:02.0", "vfio-pci")
                .pciFunction("0000:00:02.1", "")
                .pciFunction("0000:00:02.2", "nouveau")
                .attribute(group + "type", "DMA\n");
        IntStream.range(0, 3)
                .forEach(i ->
                        tree.link(group + "devices/0000:00:02." + i, "../../../../devices/pci0000:00/0000:00:02." + i));

        IommuGroups.Group found = IommuGroups.of(tree.root()).group(12).first().orElseThrow();

        assertThat(found.name()).isEmpty();
        assertThat(found.type()).contains("DMA");
        assertThat(found.members())
                .extracting(IommuGroups.Member::driver)
                .containsExactly(Optional.of("vfio-pci"), Optional.empty(), Optional.of("nouveau"));
    }

    @Test
    void noGroupIsNothing() {
        assertThat(IommuGroups.of(Root.at(temp)).group(3)).isEqualTo(new Scan<>(List.of(), List.of()));
        assertThat(IommuGroups.of(Root.at(temp)).groups()).isEqualTo(new Scan<>(List.of(), List.of()));
    }

    @Test
    void aMemberThatIsGoneIsAFinding() {
        CapturedTree tree = CapturedTree.empty(temp).link("/sys/kernel/iommu_groups/1/devices/0000:00:02.0", "../gone");

        Scan<IommuGroups.Group> scan = IommuGroups.of(tree.root()).group(1);

        assertThat(scan.first().orElseThrow().members()).isEmpty();
        assertThat(scan.findings()).singleElement().matches(it -> it.is(TreeProblem.VANISHED));
    }
}
