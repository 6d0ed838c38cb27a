/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VfioNodesTest {
    @TempDir
    Path temp;

    @Test
    void nodesShowTheirModeAndWhetherAllMayOpenThem() throws IOException {
        CapturedTree tree = CapturedTree.samples(temp);
        Files.setPosixFilePermissions(tree.path("/dev/vfio/vfio"), PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setPosixFilePermissions(tree.path("/dev/vfio/3"), PosixFilePermissions.fromString("rw-------"));
        VfioNodes nodes = VfioNodes.of(tree.root());

        assertThat(nodes.container().value().orElseThrow().mode()).isEqualTo(0666);
        assertThat(nodes.container().value().orElseThrow().isOpenToAll()).isTrue();
        VfioNodes.Node group = nodes.group(3).value().orElseThrow();
        assertThat(group.mode()).isEqualTo(0600);
        assertThat(group.isOpenToAll()).isFalse();
        assertThat(group.device()).isFalse();
        assertThat(group.uid()).isEqualTo(Files.getAttribute(temp, "unix:uid"));
    }

    @Test
    void whatAStockKernelHasNotIsMissing() {
        VfioNodes nodes = VfioNodes.of(CapturedTree.samples(temp).root());

        assertThat(nodes.iommu().isMissing()).isTrue();
        assertThat(nodes.device("vfio3").isMissing()).isTrue();
        assertThat(nodes.noiommuGroup(3).isMissing()).isTrue();
        assertThat(nodes.group(8).isMissing()).isTrue();
    }

    @Test
    void aCdevKernelHasNodesOfDevicesAndIommufd() {
        CapturedTree tree = CapturedTree.samples(temp)
                .attribute("/dev/iommu", "")
                .attribute("/dev/vfio/noiommu-9", "")
                .attribute("/dev/vfio/devices/vfio3", "");
        VfioNodes nodes = VfioNodes.of(tree.root());

        assertThat(nodes.iommu().isFound()).isTrue();
        assertThat(nodes.device("vfio3").isFound()).isTrue();
        assertThat(nodes.device("../3").isMissing()).isTrue();
        assertThat(nodes.noiommuGroup(9).isFound()).isTrue();
        assertThat(nodes.all().findings()).isEmpty();
        assertThat(nodes.all().items())
                .extracting(VfioNodes.Node::path)
                .containsExactly(
                        "/dev/vfio/0",
                        "/dev/vfio/1",
                        "/dev/vfio/2",
                        "/dev/vfio/3",
                        "/dev/vfio/4",
                        "/dev/vfio/5",
                        "/dev/vfio/6",
                        "/dev/vfio/7",
                        "/dev/vfio/noiommu-9",
                        "/dev/vfio/devices/vfio3");
    }

    @Test
    void aDeviceNodeOfThisMachineIsOne() {
        TreeWalk walk = Root.ofThisMachine().walk();

        assertThat(walk.resolve("/dev/null").value().orElseThrow().kind()).isEqualTo(Place.Kind.OTHER);
    }
}
