/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.TestTree;
import org.vfio4j.vfio.OpenException;

class KernelHostTest {
    private static final String MBOCHS_LARGE = "1f0f2d6a-0000-4000-8000-000000000001";
    private static final String MTTY_1 = "1f0f2d6a-0000-4000-8000-000000000007";

    @TempDir
    private Path folder;

    @Test
    void parentsAreListedWithTheirTypes() {
        KernelHost host = TestTree.samples(folder).host();

        List<MdevParent> parents = host.inventory().parents();

        assertThat(parents).extracting(MdevParent::name).containsExactly("mbochs", "mdpy", "mtty");
        assertThat(parents.get(2).types())
                .containsExactly(
                        new MdevParent.Type("mtty-1", "Single port serial", null, 21, "vfio-pci"),
                        new MdevParent.Type("mtty-2", "Dual port serial", null, 10, "vfio-pci"));
    }

    @Test
    void mediatedDevicesAreListedWithParentTypeDriverAndGroup() {
        KernelHost host = TestTree.samples(folder).host();

        Inventory inventory = host.inventory();

        assertThat(inventory.findings()).isEmpty();
        assertThat(inventory.devices()).hasSize(8);
        assertThat(inventory.devices().getFirst())
                .isEqualTo(new HostDevice(
                        MBOCHS_LARGE,
                        DeviceKind.MDEV,
                        "mbochs",
                        "mbochs-large",
                        "mbochs",
                        null,
                        true,
                        0,
                        null,
                        Usage.UNKNOWN));
    }

    @Test
    void theVersionOfTheDriversModuleIsTheDriversVersion() {
        KernelHost host = TestTree.samples(folder).host();

        assertThat(host.find(MTTY_1).orElseThrow().driverVersion()).contains("0.1");
    }

    @Test
    void aDevicesOwnNodeIsNamedOnlyWhereTheKernelMadeOne() {
        String vfioDev = "/sys/devices/virtual/mtty/mtty/" + MTTY_1 + "/vfio-dev/vfio6";
        TestTree tree = TestTree.samples(folder);
        assertThat(tree.host().find(MTTY_1).orElseThrow().vfioNode()).isEmpty();

        tree.attribute(vfioDev + "/dev", "511:6\n");

        assertThat(tree.host().find(MTTY_1).orElseThrow().vfioNode()).contains("vfio6");
    }

    @Test
    void pciAndPlatformDevicesOfVfioFollowTheMediatedOnes() {
        TestTree tree = TestTree.samples(folder)
                .pci("0000:00:02.0", "vfio-pci", 20)
                .pci("0000:00:03.0", "e1000e", 21)
                .platform("fff51000.ethernet", "vfio-platform", 22);

        List<HostDevice> devices = tree.host().inventory().devices();

        assertThat(devices.subList(8, devices.size()))
                .extracting(HostDevice::name)
                .containsExactly("0000:00:02.0", "fff51000.ethernet");
        assertThat(devices.subList(8, devices.size()))
                .extracting(HostDevice::kind)
                .containsExactly(DeviceKind.PCI, DeviceKind.PLATFORM);
        assertThat(devices.get(8).isVfioBound()).isTrue();
        assertThat(devices.get(8).group()).hasValue(20);
    }

    @Test
    void aFunctionThatAnotherDriverHasIsFoundByItsAddressOnly() {
        KernelHost host =
                TestTree.empty(folder).pci("0000:00:03.0", "e1000e", 21).host();

        assertThat(host.inventory().devices()).isEmpty();
        HostDevice found = host.find("0000:00:03.0").orElseThrow();
        assertThat(found.isVfioBound()).isFalse();
        assertThat(found.driver()).contains("e1000e");
    }

    @Test
    void noDeviceIsFoundByANameThatLeadsOutOfTheTree() {
        KernelHost host = TestTree.samples(folder).host();

        assertThat(host.find("../../../../etc")).isEmpty();
        assertThat(host.find("no-such-device")).isEmpty();
        assertThat(host.find("")).isEmpty();
    }

    @Test
    void whoHoldsADevicesGroupOpenIsItsUser() {
        KernelHost host = TestTree.samples(folder)
                .process(1, "init")
                .process(12, "bash", "socket:[4242]")
                .process(4711, "qemu-system-x86", "/dev/vfio/vfio", "/dev/vfio/6")
                .host();

        List<HostDevice> devices = host.inventory().devices();

        assertThat(devices.get(6).usage()).isEqualTo(Usage.inUse(List.of(new Usage.Holder(4711, "qemu-system-x86"))));
        assertThat(devices.get(5).usage()).isEqualTo(Usage.FREE);
    }

    @Test
    void whoHoldsADevicesOwnNodeOpenIsItsUser() {
        KernelHost host = TestTree.samples(folder)
                .attribute("/sys/devices/virtual/mtty/mtty/" + MTTY_1 + "/vfio-dev/vfio6/dev", "511:6\n")
                .process(1, "init")
                .process(4711, "qemu-system-x86", "/dev/iommu", "/dev/vfio/devices/vfio6")
                .host();

        assertThat(host.find(MTTY_1).orElseThrow().usage().isInUse()).isTrue();
        assertThat(host.find(MBOCHS_LARGE).orElseThrow().usage()).isEqualTo(Usage.FREE);
    }

    @Test
    void useIsUnknownWhereTheTreeHasNoProcesses() {
        KernelHost host = TestTree.samples(folder).host();

        assertThat(host.find(MTTY_1).orElseThrow().usage()).isEqualTo(Usage.UNKNOWN);
    }

    @Test
    void useIsUnknownAndAFindingSaysWhyWhereAProcessCannotBeExamined() {
        KernelHost host = TestTree.samples(folder)
                .process(1, "init")
                .process(12, "bash")
                .attribute("/proc/13/fd", "a file where a folder belongs")
                .host();

        Inventory inventory = host.inventory();

        assertThat(inventory.devices()).extracting(HostDevice::usage).containsOnly(Usage.UNKNOWN);
        assertThat(inventory.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Finding.Severity.INFO);
            assertThat(finding.subject()).isEqualTo("/proc");
            assertThat(finding.text())
                    .contains("1 of 3 processes could not be examined")
                    .contains("in use");
        });
    }

    @Test
    void membersThatOtherDriversHaveKeepAGroupFromBeingViable() {
        KernelHost host = TestTree.empty(folder)
                .pci("0000:01:00.0", "vfio-pci", 7)
                .pci("0000:01:00.1", "snd_hda_intel", 7)
                .pci("0000:01:00.2", "", 7)
                .pci("0000:00:01.0", "pcieport", 7)
                .host();

        HostDevice device = host.find("0000:01:00.0").orElseThrow();

        assertThat(host.foreignMembers(device)).containsExactly("0000:01:00.1 (snd_hda_intel)");
    }

    @Test
    void aDeviceWithoutAGroupHasNoForeignMembers() {
        HostDevice device = new HostDevice(
                "x", DeviceKind.PLATFORM, null, null, "vfio-platform", null, true, null, null, Usage.FREE);

        assertThat(TestTree.empty(folder).host().foreignMembers(device)).isEmpty();
    }

    @Test
    void aDeviceOfACapturedTreeCannotBeOpened() {
        KernelHost host = TestTree.samples(folder).host();
        HostDevice device = host.find(MTTY_1).orElseThrow();

        assertThatThrownBy(() -> host.open(device)).isInstanceOfSatisfying(OpenException.class, e -> {
            assertThat(e.step()).isEqualTo(OpenException.Step.NODE);
            assertThat(e.errno()).isEqualTo(Errno.ENODEV);
            assertThat(e).hasMessageContaining("captured tree");
        });
    }

    @Test
    void whatIsStrangeInTheTreeIsAFinding() {
        KernelHost host = TestTree.samples(folder)
                .attribute("/sys/devices/virtual/mtty/mtty/mdev_supported_types/mtty-1/available_instances", "plenty\n")
                .host();

        Inventory inventory = host.inventory();

        assertThat(inventory.parents().get(2).types().getFirst().available()).isEmpty();
        assertThat(inventory.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.id()).isEqualTo("tree-attribute-malformed");
            assertThat(finding.severity()).isEqualTo(Finding.Severity.WARNING);
            assertThat(finding.subject()).endsWith("mtty-1/available_instances");
        });
    }

    @Test
    void aBareMachineHasNoVfio() {
        KernelHost host = TestTree.empty(folder).directory("/sys/bus/pci").host();

        assertThat(host.hasVfio()).isFalse();
        assertThat(host.inventory()).isEqualTo(new Inventory(List.of(), List.of(), List.of()));
    }

    @Test
    void aContainerNodeOrTheMdevBusOrAParentIsSomethingOfVfio() {
        assertThat(TestTree.empty(folder.resolve("a"))
                        .attribute("/dev/vfio/vfio", "")
                        .host()
                        .hasVfio())
                .isTrue();
        assertThat(TestTree.empty(folder.resolve("b"))
                        .directory("/sys/bus/mdev")
                        .host()
                        .hasVfio())
                .isTrue();
        assertThat(TestTree.empty(folder.resolve("c"))
                        .directory("/sys/class/mdev_bus")
                        .host()
                        .hasVfio())
                .isTrue();
        assertThat(TestTree.empty(folder.resolve("d"))
                        .directory("/dev/vfio/devices")
                        .host()
                        .hasVfio())
                .isTrue();
    }

    @Test
    void theMachineIsTheOneThatTheTreeWasCapturedOn() {
        TestTree tree = TestTree.empty(folder);
        assertThat(tree.host().machine()).isEqualTo(new Machine("unknown", "unknown"));

        tree.attribute("/proc/sys/kernel/hostname", "node-7\n").attribute("/proc/sys/kernel/osrelease", "6.12.0\n");

        assertThat(tree.host().machine()).isEqualTo(new Machine("node-7", "6.12.0"));
    }

    @Test
    void onlyThisMachinesRootIsTheKernelItself() {
        KernelHost tree = TestTree.empty(folder).host();
        KernelHost machine = new KernelHost(Root.ofThisMachine());

        assertThat(tree.kind()).isEqualTo("tree");
        assertThat(tree.isThisMachine()).isFalse();
        assertThat(machine.kind()).isEqualTo("kernel");
        assertThat(machine.isThisMachine()).isTrue();
    }
}
