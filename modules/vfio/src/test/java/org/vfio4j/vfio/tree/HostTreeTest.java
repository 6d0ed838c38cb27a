/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.bus.BusDrivers;
import org.vfio4j.vfio.bus.Hardware;
import org.vfio4j.vfio.bus.PciIdentity;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.Credentials;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.DeviceReport;
import org.vfio4j.vfio.core.ExampleDevice;
import org.vfio4j.vfio.core.OpenDevice;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.ExampleDriver;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevType;
import org.vfio4j.vfio.mdev.ParentDevice;

class HostTreeTest {
    private static final String ONE = "1f0f2d6a-0000-4000-8000-000000000001";
    private static final String TWO = "1f0f2d6a-0000-4000-8000-000000000002";
    private static final String SMALL = "/class/mdev_bus/example/mdev_supported_types/example-small/";
    private static final String DEVICE = "/bus/mdev/devices/" + ONE;

    private final VfioCore core = new VfioCore();
    private final MdevCore mdev = new MdevCore(core, List.of(new ExampleDriver("example", 2)));
    private final BusDrivers buses = new BusDrivers(core);
    private final List<Uevent> written = new CopyOnWriteArrayList<>();
    private final HostTree tree = new HostTree(mdev, buses, new HostTree.Settings(Duration.ofMillis(20), written::add));
    private final Walk sys = new Walk(tree.root());

    /** A PCI function at 0000:00:05.0. */
    private record Card(String name) implements Hardware {
        @Override
        public Bus bus() {
            return Bus.PCI;
        }

        @Override
        public DeviceFeatures features() {
            return DeviceFeatures.of(DeviceFeatures.MIGRATION);
        }

        @Override
        public VfioDevice create(DeviceReport report) {
            return ExampleDevice.create();
        }
    }

    @AfterEach
    void close() {
        core.close();
    }

    private static void assertErrno(int errno, ThrowingCallable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call)
                .extracting(ErrnoException::errnoName)
                .isEqualTo(Errno.name(errno));
    }

    @Test
    void writingToCreateMakesADevice() {
        assertThat(sys.read(SMALL + "available_instances")).isEqualTo("2\n");
        sys.write(SMALL + "create", ONE + "\n");
        sys.write(SMALL + "create", TWO);
        assertThat(sys.read(SMALL + "available_instances")).isEqualTo("0\n");
        assertThat(sys.list("/bus/mdev/devices")).containsExactly(ONE, TWO);
        assertThat(sys.list(SMALL + "devices")).containsExactly(ONE, TWO);
        assertThat(sys.read(SMALL + "devices/" + ONE + "/mdev_type/name")).isEqualTo("Small\n");
    }

    /** A driver whose devices have an attribute to read and write, and one only to write. */
    private static final class Settable extends ExampleDriver {
        private final String group;
        private final Map<String, String> values = new ConcurrentHashMap<>(Map.of("mode", "slow", "remove", "mine"));

        Settable(String name, String group) {
            super(name, 2);
            this.group = group;
        }

        @Override
        public String attributeGroup() {
            return group;
        }

        @Override
        public Map<String, String> vendorAttributes(UUID uuid, MdevType type) {
            return values;
        }

        @Override
        public Set<String> writableAttributes(MdevType type) {
            return Set.of("mode", "assign");
        }

        @Override
        public void writeAttribute(UUID uuid, MdevType type, String name, String value) {
            if (value.equals("never")) {
                throw new VfioException(Errno.EINVAL, "never");
            }
            values.put("mode", name + " " + value);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme", ""})
    void attributesOfAVendorAreWrittenWhereHeSaysSo(String group) {
        mdev.addParent(new Settable("acme", group));
        sys.write("/class/mdev_bus/acme/mdev_supported_types/example-small/create", ONE);
        String folder = DEVICE + "/" + (group.isEmpty() ? "" : group + "/");
        assertThat(sys.attribute(folder + "mode").mode()).isEqualTo(0644);
        assertThat(sys.attribute(folder + "assign").mode()).isEqualTo(0200);
        assertThat(sys.list(folder)).contains("mode", "assign").doesNotHaveDuplicates();

        sys.write(folder + "mode", "fast\n");
        assertThat(sys.read(folder + "mode")).isEqualTo("mode fast\n");
        sys.write(folder + "assign", "0x5");
        assertThat(sys.read(folder + "mode")).isEqualTo("assign 0x5\n");

        assertErrno(Errno.EACCES, () -> sys.read(folder + "assign"));
        assertErrno(Errno.EINVAL, () -> sys.write(folder + "mode", "never\n"));
        assertErrno(Errno.EINVAL, () -> sys.attribute(folder + "mode").store(new byte[] {(byte) 0xff}));
        assertThat(sys.attribute(DEVICE + "/remove").mode()).isEqualTo(0200);
    }

    @Test
    void aPathIsFoundWithoutFollowingLinks() {
        sys.write(SMALL + "create", ONE);
        assertThat(tree.find("/devices/virtual/example/example/" + ONE + "/remove"))
                .get()
                .isInstanceOf(Node.Attribute.class);
        assertThat(tree.find(DEVICE)).get().isInstanceOf(Node.Link.class);
        assertThat(tree.find(DEVICE + "/remove")).isEmpty();
        assertThat(tree.find("/devices/nothing")).isEmpty();
    }

    @Test
    void createAnswersTheKernelsErrors() {
        assertErrno(Errno.EINVAL, () -> sys.write(SMALL + "create", ONE.substring(1)));
        assertErrno(Errno.EINVAL, () -> sys.write(SMALL + "create", ONE + "\n\n"));
        assertErrno(Errno.EINVAL, () -> sys.write(SMALL + "create", ONE.replace('-', '_')));
        assertErrno(Errno.EACCES, () -> sys.read(SMALL + "create"));
        assertErrno(Errno.EACCES, () -> sys.write(SMALL + "name", "x"));
        sys.write(SMALL + "create", ONE + "x");
        assertErrno(Errno.EEXIST, () -> sys.write(SMALL + "create", ONE + "\n"));
        sys.write(SMALL + "create", TWO);
        assertErrno(Errno.ENOSPC, () -> sys.write(SMALL + "create", ONE.replace('1', '3')));
    }

    @Test
    void writingToRemoveTakesItAwayUnlessItIsOpen() {
        sys.write(SMALL + "create", ONE);
        assertErrno(Errno.EINVAL, () -> sys.write(DEVICE + "/remove", "yes\n"));
        sys.write(DEVICE + "/remove", "0\n");
        try (OpenDevice open = core.open(ONE, Credentials.ofThisProcess())) {
            assertErrno(Errno.EBUSY, () -> sys.write(DEVICE + "/remove", "1\n"));
            assertThat(open.name()).isEqualTo(ONE);
        }
        Node.Attribute kept = sys.attribute(DEVICE + "/uevent");
        Node.Directory folder = (Node.Directory) sys.find(DEVICE).orElseThrow();
        sys.write(DEVICE + "/remove", "1\n");
        assertThat(sys.find(DEVICE)).isEmpty();
        assertErrno(Errno.ENODEV, kept::show);
        assertThat(folder.names()).isEmpty();
        assertThat(folder.child("uevent")).isEmpty();
        assertThat(sys.list("/kernel/iommu_groups")).isEmpty();
        assertThat(sys.read(SMALL + "available_instances")).isEqualTo("2\n");
    }

    @Test
    void featuresAndVersionsAreTheCoresForEveryBus() {
        sys.write(SMALL + "create", ONE);
        buses.bind(new Card("0000:00:05.0"));
        assertThat(sys.read(DEVICE + "/vfio_features/display_region")).isEqualTo("1\n");
        assertThat(sys.read(DEVICE + "/vfio_features/display_dmabuf")).isEqualTo("0\n");
        assertThat(sys.read(DEVICE + "/vfio_features/migration")).isEqualTo("0\n");
        assertThat(sys.read(DEVICE + "/host_driver_version")).isEqualTo("host-1\n");
        assertThat(sys.read(DEVICE + "/guest_driver_version")).isEqualTo("guest-1\n");
        String card = "/bus/pci/devices/0000:00:05.0";
        assertThat(sys.read(card + "/vfio_features/migration")).isEqualTo("1\n");
        assertThat(sys.read(card + "/guest_driver_version")).isEqualTo("\n");
        assertThat(sys.attribute(card + "/vfio_features/migration").mode()).isEqualTo(0444);
    }

    @Test
    void aPciFunctionShowsWhatLibvirtNeeds() {
        buses.bind(new Card("0000:00:05.0"));
        String card = "/bus/pci/devices/0000:00:05.0/";
        assertThat(sys.read(card + "uevent")).isEqualTo("""
                        DRIVER=vfio-pci
                        PCI_CLASS=38000
                        PCI_ID=1234:5678
                        PCI_SUBSYS_ID=1AF4:1100
                        PCI_SLOT_NAME=0000:00:05.0
                        MODALIAS=pci:v00001234d00005678sv00001AF4sd00001100bc03sc80i00
                        """);
        assertThat(sys.read(card + "vendor")).isEqualTo("0x1234\n");
        assertThat(sys.read(card + "class")).isEqualTo("0x038000\n");
        assertThat(sys.attribute(card + "config").show()).hasSize(256).startsWith(0x34, 0x12, 0x78, 0x56);
        assertThat(sys.list("/bus/pci/drivers/vfio-pci")).containsExactly("0000:00:05.0");
        assertThat(sys.list("/devices")).contains("pci0000:00", "virtual");
        assertThat(sys.find("/kernel/iommu_groups/0/name")).isEmpty();
        assertThat(sys.read("/kernel/iommu_groups/0/type")).isEqualTo("DMA\n");
        assertErrno(Errno.EINVAL, () -> buses.bind(new Card("5.0")));
        buses.unbind("0000:00:05.0", Duration.ZERO);
        assertThat(sys.find(card)).isEmpty();
        assertThat(sys.list("/devices")).containsExactly("virtual");
    }

    @Test
    void aParentCanBeAPciFunctionOrOnABusOfItsOwn() {
        byte[] config = new byte[PciIdentity.SIZE];
        config[0] = (byte) 0xde;
        config[1] = 0x10;
        mdev.addParent(new ExampleDriver("nvidia", 4) {
            @Override
            public ParentDevice parent() {
                return ParentDevice.pci("0000:3b:00.0", "nvidia", PciIdentity.of(config));
            }
        });
        mdev.addParent(new ExampleDriver("vfio_ap", 4) {
            @Override
            public ParentDevice parent() {
                return new ParentDevice(
                        "matrix", "/devices/vfio_ap/matrix", "bus/matrix", "vfio_ap", null, Map.of("note", "text"));
            }
        });
        assertThat(sys.list("/class/mdev_bus")).containsExactly("0000:3b:00.0", "example", "matrix");
        assertThat(sys.list("/bus/pci/devices")).containsExactly("0000:3b:00.0");
        assertThat(sys.read("/bus/pci/devices/0000:3b:00.0/vendor")).isEqualTo("0x10de\n");
        assertThat(sys.read("/bus/pci/drivers/nvidia/0000:3b:00.0/uevent")).startsWith("DRIVER=nvidia\n");
        assertThat(sys.read("/bus/matrix/devices/matrix/note")).isEqualTo("text\n");
        sys.write("/bus/matrix/devices/matrix/mdev_supported_types/example-small/create", ONE);
        assertThat(sys.read(DEVICE + "/uevent")).isEqualTo("DRIVER=vfio_ap\n");
        assertThat(sys.list("/devices/vfio_ap/matrix")).contains(ONE, "mdev_supported_types", "driver", "subsystem");
    }

    @Test
    void everyEntryThatIsListedIsFoundAndReadable() {
        sys.write(SMALL + "create", ONE);
        buses.bind(new Card("0000:00:05.0"));
        assertThat(visit(tree.root(), "")).isGreaterThan(100);
    }

    private int visit(Node.Directory folder, String path) {
        int seen = 0;
        for (String name : folder.names()) {
            String at = path + "/" + name;
            seen++;
            switch (folder.child(name).orElseThrow(() -> new AssertionError(at))) {
                case Node.Directory inner -> seen += visit(inner, at);
                case Node.Attribute file when file.mode() == 0200 -> assertErrno(Errno.EACCES, file::show);
                case Node.Attribute file -> assertThat(file.show()).hasSizeLessThanOrEqualTo(4096);
                case Node.Link link ->
                    assertThat(sys.find(at)).as(at + " -> " + link.target()).isPresent();
            }
        }
        assertThat(folder.child("no such entry")).isEmpty();
        return seen;
    }

    @Test
    void udevHearsOfDevicesAndOfWrittenUevents() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (VfioCore.Subscription subscription =
                tree.listen(event -> heard.add(event.action() + " " + event.subsystem() + " " + event.devpath()))) {
            assertThat(subscription).isNotNull();
            sys.write(SMALL + "create", ONE);
            sys.write(DEVICE + "/uevent", "change\n");
            sys.write(DEVICE + "/remove", "1");
        }
        String path = "/devices/virtual/example/example/" + ONE;
        assertThat(heard)
                .containsExactly(
                        "add mdev " + path,
                        "add vfio-dev " + path + "/vfio-dev/vfio0",
                        "bind mdev " + path,
                        "remove vfio-dev " + path + "/vfio-dev/vfio0",
                        "remove mdev " + path);
        assertThat(written).containsExactly(new Uevent("change", path, "mdev", Map.of("DRIVER", "example")));
        sys.write(SMALL + "create", ONE);
        assertErrno(Errno.EINVAL, () -> sys.write(DEVICE + "/uevent", "explode"));
    }
}
