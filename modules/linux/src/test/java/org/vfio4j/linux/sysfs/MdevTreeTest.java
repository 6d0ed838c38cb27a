/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MdevTreeTest {
    private static final String UUID = "1f0f2d6a-0000-4000-8000-00000000000";
    private static final String MTTY = "/sys/devices/virtual/mtty/mtty/";
    private static final String DEVICE_7 = MTTY + UUID + 7;

    @TempDir
    Path temp;

    private CapturedTree tree;

    @BeforeEach
    void makeTree() {
        tree = CapturedTree.samples(temp);
    }

    private Scan<MdevTree.Device> devices() {
        return assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> MdevTree.of(tree.root()).devices());
    }

    private Scan<MdevTree.Parent> parents() {
        return assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> MdevTree.of(tree.root()).parents());
    }

    @Test
    void parentsShowTheirTypesAsTheKernelDoes() {
        Scan<MdevTree.Parent> scan = parents();

        assertThat(scan.findings()).isEmpty();
        assertThat(scan.items()).extracting(MdevTree.Parent::name).containsExactly("mbochs", "mdpy", "mtty");
        assertThat(scan.items().getFirst().types())
                .extracting(MdevTree.Type::id, type -> type.availableInstances().orElseThrow())
                .containsExactly(tuple("mbochs-large", 2), tuple("mbochs-medium", 10), tuple("mbochs-small", 43));
        MdevTree.Parent mtty = scan.items().getLast();
        assertThat(mtty.path()).isEqualTo("/sys/devices/virtual/mtty/mtty");
        assertThat(mtty.bus()).contains("mtty");
        assertThat(mtty.driver()).isEmpty();
        assertThat(mtty.types().getFirst())
                .isEqualTo(new MdevTree.Type(
                        "mtty-1",
                        Optional.of("Single port serial"),
                        Optional.empty(),
                        OptionalInt.of(21),
                        Optional.of("vfio-pci"),
                        List.of(UUID + 7)));
    }

    @Test
    void devicesShowParentTypeDriverGroupAndVfioDevice() {
        Scan<MdevTree.Device> scan = devices();

        assertThat(scan.findings()).isEmpty();
        assertThat(scan.items())
                .extracting(MdevTree.Device::type)
                .containsExactly(
                        "mbochs-large",
                        "mbochs-medium",
                        "mbochs-small",
                        "mdpy-hd",
                        "mdpy-vga",
                        "mdpy-xga",
                        "mtty-1",
                        "mtty-2");
        assertThat(scan.items().get(6))
                .isEqualTo(new MdevTree.Device(
                        UUID + 7,
                        "mtty",
                        "mtty-1",
                        new BoundDevice(
                                UUID + 7,
                                DEVICE_7,
                                Optional.of("mtty"),
                                OptionalInt.of(6),
                                Optional.of(new VfioDev("vfio6", false)))));
    }

    @Test
    void aDeviceLookedUpIsTheSameAsInTheListing() {
        for (MdevTree.Device device : devices().items()) {
            assertThat(MdevTree.of(tree.root()).device(device.uuid()).first()).contains(device);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1f0f2d6a-0000-4000-8000-0000000000ff", "", "..", "../devices", "a\nb", "\0"})
    void aDeviceThatIsNotThereIsNothing(String uuid) {
        assertThat(MdevTree.of(tree.root()).device(uuid)).isEqualTo(new Scan<>(List.of(), List.of()));
    }

    @Test
    void onlyTheDevAttributeTellsThatThereIsACdev() {
        tree.attribute(DEVICE_7 + "/vfio-dev/vfio6/dev", "511:6\n");

        VfioDev vfio = devices().items().get(6).bound().vfioDev().orElseThrow();
        assertThat(vfio).isEqualTo(new VfioDev("vfio6", true));
        assertThat(vfio.path()).isEqualTo("/dev/vfio/devices/vfio6");
        assertThat(devices().items().get(7).bound().vfioDev()).contains(new VfioDev("vfio7", false));
    }

    @Test
    void aDevAttributeBehindALinkOutOfTheTreeIsNone(@TempDir Path outside) throws IOException {
        Files.writeString(outside.resolve("dev"), "511:6\n");
        String vfio6 = DEVICE_7 + "/vfio-dev/vfio6";
        tree.run("rm", "-r", tree.path(vfio6).toString()).link(vfio6, outside.toString());

        assertThat(devices().items().get(6).bound().vfioDev().filter(VfioDev::cdev))
                .isEmpty();
    }

    @Test
    void withoutTheClassTheDevicesOwnDirectoryTells() {
        tree.run("rm", "-r", tree.path("/sys/class/vfio-dev").toString());

        assertThat(devices().findings()).isEmpty();
        assertThat(devices().items().get(6).bound().vfioDev()).contains(new VfioDev("vfio6", false));
    }

    @Test
    void aDeviceWithoutDriverGroupAndVfioDeviceIsStillADevice() {
        tree.run("rm", "-r", tree.path(DEVICE_7 + "/vfio-dev").toString())
                .run("rm", "-r", tree.path("/sys/class/vfio-dev").toString())
                .delete(DEVICE_7 + "/driver")
                .delete("/sys/bus/mdev/drivers/mtty/" + UUID + 7)
                .delete(DEVICE_7 + "/iommu_group");

        assertThat(devices().findings()).isEmpty();
        assertThat(devices().items().get(6).bound())
                .isEqualTo(
                        new BoundDevice(UUID + 7, DEVICE_7, Optional.empty(), OptionalInt.empty(), Optional.empty()));
    }

    @Test
    void aMachineWithoutMdevHasNothingAndNoFinding() {
        Root bare = Root.at(temp.resolve("dev"));

        assertThat(MdevTree.of(bare).parents()).isEqualTo(new Scan<>(List.of(), List.of()));
        assertThat(MdevTree.of(bare).devices()).isEqualTo(new Scan<>(List.of(), List.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "+1", "0x10", " 1", "2147483648", "99999999999999999999", "", "1\n2", "\u0661"})
    void availableInstancesThatAreNoNumberAreAFinding(String text) {
        tree.attribute(MTTY + "mdev_supported_types/mtty-1/available_instances", text);

        Scan<MdevTree.Parent> scan = parents();

        assertThat(scan.findings()).singleElement().matches(it -> it.is(TreeProblem.ATTRIBUTE_MALFORMED));
        assertThat(scan.items().getLast().types().getFirst().availableInstances())
                .isEmpty();
        assertThat(scan.items().getLast().types().getLast().availableInstances())
                .hasValue(10);
    }

    @Test
    void aTypeWithoutItsAttributesIsAFindingForThoseEveryKernelHas() {
        String type = MTTY + "mdev_supported_types/mtty-1/";
        tree.delete(type + "available_instances").delete(type + "device_api").delete(type + "name");

        assertThat(parents().findings())
                .extracting(TreeFinding::id, TreeFinding::path)
                .containsExactly(
                        tuple("tree-attribute-missing", type + "available_instances"),
                        tuple("tree-attribute-missing", type + "device_api"));
    }

    @Test
    void aLinkToADeviceThatIsGoneIsAFindingAndTheOthersAreRead() {
        tree.run("rm", "-r", tree.path(DEVICE_7).toString());

        Scan<MdevTree.Device> scan = devices();

        assertThat(scan.items()).hasSize(7);
        assertThat(scan.findings())
                .singleElement()
                .matches(it -> it.is(TreeProblem.VANISHED))
                .matches(it -> it.path().endsWith(UUID + 7));
    }

    @Test
    void withoutTheTypesAndDriversListsTheDevicesOwnLinksTell() {
        Scan<MdevTree.Device> before = devices();
        tree.run("rm", "-r", tree.path("/sys/class/mdev_bus").toString())
                .run("rm", "-r", tree.path("/sys/bus/mdev/drivers").toString());

        assertThat(devices()).isEqualTo(before);
    }

    @Test
    void aTypesListThatNamesTheWrongParentIsNotBelieved() {
        tree.link("/sys/devices/virtual/mdpy/mdpy/mdev_supported_types/mdpy-hd/devices/" + UUID + 7, "../../../x")
                .link("/sys/devices/virtual/mdpy/mdpy/" + UUID + 8, "../../mtty/mtty/" + UUID + 8)
                .link("/sys/devices/virtual/mdpy/mdpy/mdev_supported_types/mdpy-hd/devices/" + UUID + 8, "../../../x")
                .delete(MTTY + "mdev_supported_types/mtty-1/devices/" + UUID + 7)
                .delete(MTTY + "mdev_supported_types/mtty-2/devices/" + UUID + 8);

        assertThat(devices().findings()).isEmpty();
        assertThat(devices().items().subList(6, 8))
                .extracting(MdevTree.Device::parent, MdevTree.Device::type)
                .containsExactly(tuple("mtty", "mtty-1"), tuple("mtty", "mtty-2"));
    }

    @Test
    void aDeviceWithoutTypeIsAFinding() {
        tree.delete(DEVICE_7 + "/mdev_type").delete(MTTY + "mdev_supported_types/mtty-1/devices/" + UUID + 7);

        assertThat(devices().items()).hasSize(7);
        assertThat(devices().findings()).singleElement().matches(it -> it.is(TreeProblem.VANISHED));
    }

    @Test
    void entriesThatAreNoDevicesAreFindings() {
        String bus = "/sys/bus/mdev/devices/";
        tree.fifo(bus + "a-fifo")
                .attribute(bus + "b-file", "")
                .directory(bus + "c-directory")
                .link(bus + "d-loop", "d-loop")
                .link(bus + "e-escape", "../../../../../../etc")
                .link(bus + "f-strange", "\u001b[2J");

        Scan<MdevTree.Device> scan = devices();

        assertThat(scan.items()).hasSize(8);
        assertThat(scan.findings())
                .extracting(TreeFinding::id)
                .containsExactlyInAnyOrder(
                        "tree-not-a-directory",
                        "tree-not-a-directory",
                        "tree-not-a-link",
                        "tree-link-loop",
                        "tree-vanished",
                        "tree-link-invalid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "-1", "99999999999", ".."})
    void aGroupThatIsNoNumberIsAFinding(String group) {
        tree.delete(DEVICE_7 + "/iommu_group").link(DEVICE_7 + "/iommu_group", "../groups/" + group);

        Scan<MdevTree.Device> scan = devices();

        assertThat(scan.items().get(6).bound().iommuGroup()).isEmpty();
        assertThat(scan.findings()).singleElement().matches(it -> it.is(TreeProblem.LINK_INVALID));
    }

    @Test
    void aParentThatIsAFileIsAFinding() {
        tree.attribute("/sys/class/mdev_bus/file", "");

        assertThat(parents().items()).hasSize(3);
        assertThat(parents().findings()).singleElement().matches(it -> it.is(TreeProblem.NOT_A_DIRECTORY));
    }

    @Test
    void oneLinkedDirectoryOnTheWayDoesNotHideADevice() {
        // As in a tree that was captured with its folders moved: /sys/devices/virtual is itself a link.
        tree.run(
                "sh",
                "-c",
                "mv \"$1/virtual\" \"$1/moved\" && ln -s moved \"$1/virtual\"",
                "sh",
                tree.path("/sys/devices").toString());

        assertThat(devices().findings()).isEmpty();
        assertThat(devices().items()).hasSize(8);
        assertThat(devices().items().get(6).bound().path()).isEqualTo("/sys/devices/moved/mtty/mtty/" + UUID + 7);
        assertThat(devices().items().get(6).bound().vfioDev()).contains(new VfioDev("vfio6", false));
    }
}
