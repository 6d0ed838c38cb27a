/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformTreeTest {
    private static final String AT = "/sys/devices/platform/";

    @TempDir
    Path temp;

    private CapturedTree device(CapturedTree tree, String name, String driver) {
        return tree.link(AT + name + "/driver", "../../../bus/platform/drivers/" + driver)
                .link(AT + name + "/iommu_group", "../../../kernel/iommu_groups/3")
                .link("/sys/bus/platform/devices/" + name, "../../../devices/platform/" + name);
    }

    @Test
    void boundToVfioIsWhatHasItsDriver() {
        CapturedTree tree = CapturedTree.empty(temp);
        device(tree, "fff51000.ethernet", "vfio-platform");
        device(tree, "serial8250", "serial8250");

        Scan<BoundDevice> scan = PlatformTree.of(tree.root()).vfioBound();

        assertThat(scan.findings()).isEmpty();
        assertThat(scan.items()).extracting(BoundDevice::name).containsExactly("fff51000.ethernet");
        assertThat(scan.items().getFirst().iommuGroup()).isEqualTo(OptionalInt.of(3));
    }

    @Test
    void aDeviceOfAnyDriverIsFoundAndNoneIsNothing() {
        CapturedTree tree = device(CapturedTree.empty(temp), "serial8250", "serial8250");

        assertThat(PlatformTree.of(tree.root())
                        .find("serial8250")
                        .first()
                        .orElseThrow()
                        .driver())
                .contains("serial8250");
        assertThat(PlatformTree.of(tree.root()).find("../drivers")).isEqualTo(new Scan<>(List.of(), List.of()));
        assertThat(PlatformTree.of(tree.root()).find("other")).isEqualTo(new Scan<>(List.of(), List.of()));
    }
}
