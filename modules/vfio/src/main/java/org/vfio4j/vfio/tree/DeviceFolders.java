/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.bus.BusDrivers;
import org.vfio4j.vfio.bus.PciIdentity;
import org.vfio4j.vfio.core.BusDevice;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevDevice;

/** The directories of the devices that VFIO serves. */
final class DeviceFolders {
    private static final String VFIO_DEV = "vfio-dev";

    private final VfioCore core;
    private final MdevCore mdev;
    private final BusDrivers buses;
    private final HostTree.Settings settings;

    DeviceFolders(MdevCore mdev, BusDrivers buses, HostTree.Settings settings) {
        this.core = mdev.core();
        this.mdev = mdev;
        this.buses = buses;
        this.settings = settings;
    }

    /** A mediated device's. */
    Folder mediated(MdevDevice device) {
        String path = device.core().busDevice().path();
        Folder.Builder folder = common(device.core());
        ParentFolders.migrationVersion(folder, device.parent(), device.type());
        folder.link("mdev_type", path, types(device) + device.type().id())
                .entry("remove", () -> File.writeOnly(folder.alive(), written -> remove(device, written)));
        VendorAttributes attributes = new VendorAttributes(device, folder.alive());
        String group = device.parent().attributeGroup();
        if (group.isEmpty()) {
            attributes.into(folder);
        } else if (!folder.has(group)) {
            folder.entry(group, attributes::folder);
        }
        return folder.build();
    }

    /** A platform device's or a PCI function's. */
    Folder physical(CoreDevice device) {
        Folder.Builder folder = common(device);
        buses.pci(device.name()).ifPresent(pci -> pci(folder, pci));
        folder.line("driver_override", () -> "(null)")
                .line("modalias", () -> properties(device.busDevice()).getOrDefault("MODALIAS", ""));
        return folder.build();
    }

    /** What the kernel tells udev of a device. */
    Uevent uevent(String action, CoreDevice device) {
        BusDevice on = device.busDevice();
        Map<String, String> properties = properties(on);
        if (action.equals("add") || action.equals("remove")) {
            properties.remove("DRIVER");
        }
        return new Uevent(action, on.path(), on.bus().word(), properties);
    }

    /** What the kernel tells udev of a device's VFIO device. */
    Uevent vfioUevent(String action, CoreDevice device) {
        return new Uevent(action, vfioPath(device), VFIO_DEV, Map.of());
    }

    /** Where a device's VFIO device is, below {@code /sys}. */
    static String vfioPath(CoreDevice device) {
        return device.busDevice().path() + "/" + VFIO_DEV + "/vfio" + device.index();
    }

    /** The entries of a PCI function's configuration space. */
    static void pci(Folder.Builder folder, PciIdentity pci) {
        folder.line("vendor", () -> String.format("0x%04x", pci.vendor()))
                .line("device", () -> String.format("0x%04x", pci.device()))
                .line("class", () -> String.format("0x%06x", pci.classCode()))
                .line("revision", () -> String.format("0x%02x", pci.revision()))
                .line("subsystem_vendor", () -> String.format("0x%04x", pci.subsystemVendor()))
                .line("subsystem_device", () -> String.format("0x%04x", pci.subsystemDevice()))
                .line("irq", () -> "0")
                .line("numa_node", () -> "-1")
                .entry("config", () -> File.fixed(folder.alive(), pci::config));
    }

    /** A {@code power} directory: runtime power management as a device without it shows it. */
    static Node power(BooleanSupplier alive) {
        return Folder.whileTrue(alive)
                .entry("control", () -> File.line(alive, () -> "auto", DeviceFolders::checkControl))
                .build();
    }

    /** A {@code uevent} file. */
    Node uevent(BooleanSupplier alive, String path, String subsystem, Map<String, String> properties) {
        return File.bytes(
                alive,
                () -> Uevent.text(properties),
                written -> settings.uevents().accept(new Uevent(Uevent.action(written), path, subsystem, properties)));
    }

    private Folder.Builder common(CoreDevice device) {
        BusDevice on = device.busDevice();
        String path = on.path();
        String bus = "/bus/" + on.bus().word();
        Folder.Builder folder = Folder.whileTrue(() -> isThere(device));
        return folder.link("driver", path, bus + "/drivers/" + on.driver())
                .link(
                        "iommu_group",
                        path,
                        "/kernel/iommu_groups/" + device.group().number())
                .link("subsystem", path, bus)
                .entry("power", () -> power(folder.alive()))
                .entry("uevent", () -> uevent(folder.alive(), path, on.bus().word(), properties(on)))
                .entry(VFIO_DEV, () -> vfioDev(folder.alive(), device))
                .entry("vfio_features", () -> features(folder.alive(), device.features()))
                .line("host_driver_version", () -> device.hostDriverVersion().orElse(""))
                .line("guest_driver_version", device::guestDriverVersion);
    }

    private Node vfioDev(BooleanSupplier alive, CoreDevice device) {
        String path = vfioPath(device);
        return Folder.whileTrue(alive)
                .entry(
                        "vfio" + device.index(),
                        () -> Folder.whileTrue(alive)
                                .link("device", path, device.busDevice().path())
                                .link("subsystem", path, "/class/" + VFIO_DEV)
                                .entry("power", () -> power(alive))
                                .entry("uevent", () -> uevent(alive, path, VFIO_DEV, Map.of()))
                                .build())
                .build();
    }

    private static Node features(BooleanSupplier alive, DeviceFeatures features) {
        return Folder.whileTrue(alive)
                .line("display_region", () -> flag(features, DeviceFeatures.DISPLAY_REGION))
                .line("display_dmabuf", () -> flag(features, DeviceFeatures.DISPLAY_DMABUF))
                .line("migration", () -> flag(features, DeviceFeatures.MIGRATION))
                .build();
    }

    private static String flag(DeviceFeatures features, int feature) {
        return features.has(feature) ? "1" : "0";
    }

    private Map<String, String> properties(BusDevice device) {
        return buses.pci(device.name())
                .map(pci -> Uevent.of(device.name(), device.driver(), pci))
                .orElseGet(() -> Uevent.of(device));
    }

    private boolean isThere(CoreDevice device) {
        return core.device(device.name()).filter(device::equals).isPresent();
    }

    /** remove_store of drivers/vfio/mdev/mdev_sysfs.c: 0 removes nothing. */
    private void remove(MdevDevice device, byte[] written) {
        if (Numbers.unsigned(written) != 0) {
            mdev.remove(device.uuid().toString(), settings.removeBound());
        }
    }

    private static String types(MdevDevice device) {
        return device.parent().device().path() + "/" + ParentFolders.TYPES + "/";
    }

    private static void checkControl(byte[] written) {
        String text = new String(written, StandardCharsets.UTF_8).stripTrailing();
        if (!text.equals("auto") && !text.equals("on")) {
            throw new VfioException(Errno.EINVAL, "neither auto nor on");
        }
    }
}
