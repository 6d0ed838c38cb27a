/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.sysfs.BoundDevice;
import org.vfio4j.linux.sysfs.IommuGroups;
import org.vfio4j.linux.sysfs.MdevTree;
import org.vfio4j.linux.sysfs.Modules;
import org.vfio4j.linux.sysfs.OpenFiles;
import org.vfio4j.linux.sysfs.PciTree;
import org.vfio4j.linux.sysfs.PlatformTree;
import org.vfio4j.linux.sysfs.Reading;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.linux.sysfs.Scan;
import org.vfio4j.linux.sysfs.TreeFinding;
import org.vfio4j.linux.sysfs.VfioDev;
import org.vfio4j.linux.sysfs.VfioNodes;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.kernel.KernelDevices;
import org.vfio4j.vfio.kernel.KernelNode;

/** A Linux kernel's host, by its sysfs: this machine's, or a captured tree's, which can be read but not opened. */
public final class KernelHost implements Host {
    private final Root root;
    private final boolean thisMachine;

    /** Reads through {@code root}; devices can be opened if it is this machine's. */
    public KernelHost(Root root) {
        this.root = root;
        this.thisMachine = root.isThisMachine();
    }

    public Root root() {
        return root;
    }

    public boolean isThisMachine() {
        return thisMachine;
    }

    /** Whether there is anything of VFIO: its node, its devices, or a parent that could make some. */
    public boolean hasVfio() {
        return root.exists(VfioNodes.CONTAINER)
                || root.exists(VfioNodes.DEVICES)
                || root.exists("/sys/class/mdev_bus")
                || root.exists("/sys/bus/mdev");
    }

    @Override
    public String kind() {
        return thisMachine ? "kernel" : "tree";
    }

    @Override
    public Machine machine() {
        return Machine.of(root);
    }

    @Override
    public Inventory types() {
        Reader reader = new Reader();
        List<MdevParent> parents = reader.parents();
        return new Inventory(parents, List.of(), reader.findings);
    }

    @Override
    public Inventory inventory() {
        Reader reader = new Reader();
        List<MdevParent> parents = reader.parents();
        List<HostDevice> devices = new ArrayList<>();
        MdevTree mdev = MdevTree.of(root);
        reader.take(mdev.devices()).forEach(d -> devices.add(reader.mdev(d)));
        reader.take(PciTree.of(root).vfioBound()).forEach(f -> devices.add(reader.pci(f)));
        reader.take(PlatformTree.of(root).vfioBound()).forEach(d -> devices.add(reader.bound(d, DeviceKind.PLATFORM)));
        return new Inventory(parents, devices, reader.findings);
    }

    @Override
    public Optional<HostDevice> find(String name) {
        Reader reader = new Reader();
        Optional<HostDevice> mdev = MdevTree.of(root).device(name).first().map(reader::mdev);
        return mdev.or(() -> PciTree.of(root).find(name).first().map(reader::pci))
                .or(() -> PlatformTree.of(root).find(name).first().map(d -> reader.bound(d, DeviceKind.PLATFORM)));
    }

    @Override
    public VfioDevice open(HostDevice device) {
        if (!thisMachine) {
            throw new OpenException(
                    OpenException.Step.NODE, Errno.ENODEV, device.name() + " of a captured tree cannot be opened");
        }
        return new KernelDevices(root.base().resolve("dev"))
                .open(new KernelNode(device.name(), device.group(), device.vfioNode()));
    }

    /** The members of a device's group that a driver outside VFIO has: what makes a group not viable. */
    public List<String> foreignMembers(HostDevice device) {
        if (device.group().isEmpty()) {
            return List.of();
        }
        return IommuGroups.of(root).group(device.group().getAsInt()).items().stream()
                .flatMap(g -> g.members().stream())
                .filter(m -> m.driver().filter(d -> !isHarmless(d)).isPresent())
                .map(m -> m.name() + " (" + m.driver().orElse("") + ")")
                .toList();
    }

    @Override
    public void close() {
        // nothing is held
    }

    /** The kernel lets these stay in a group beside VFIO's own: they do no DMA of their own. */
    private static boolean isHarmless(String driver) {
        return PciTree.isVfioDriver(driver)
                || PlatformTree.isVfioDriver(driver)
                || driver.equals("pcieport")
                || driver.equals("pci-stub");
    }

    /** One pass over the tree: what has been read once, such as who holds which node, serves every device. */
    private final class Reader {
        private final List<Finding> findings = new ArrayList<>();
        private final Map<String, Optional<String>> versions = new HashMap<>();
        private @Nullable OpenFiles openFiles;

        <T> List<T> take(Scan<T> scan) {
            scan.findings().forEach(f -> findings.add(finding(f)));
            return scan.items();
        }

        List<MdevParent> parents() {
            return take(MdevTree.of(root).parents()).stream().map(this::parent).toList();
        }

        /** A virtual parent such as mtty has no driver; its class is called as the module that made it. */
        private MdevParent parent(MdevTree.Parent parent) {
            Optional<String> driver =
                    parent.driver().or(() -> parent.bus().filter(bus -> root.exists("/sys/module/" + bus)));
            return new MdevParent(
                    parent.name(),
                    driver.orElse(null),
                    driver.flatMap(this::version).orElse(null),
                    parent.types().stream()
                            .map(t -> type(t, parent.path() + "/mdev_supported_types/" + t.id()))
                            .toList());
        }

        HostDevice mdev(MdevTree.Device device) {
            return device(device.bound(), DeviceKind.MDEV, device.parent(), device.type(), null);
        }

        HostDevice bound(BoundDevice device, DeviceKind kind) {
            return device(device, kind, null, null, null);
        }

        HostDevice pci(PciTree.PciFunction function) {
            PciTree.Id id = function.id();
            String model = id.vendor().isPresent() && id.device().isPresent()
                    ? String.format(
                            "%04x:%04x", id.vendor().getAsInt(), id.device().getAsInt())
                    : null;
            return device(function.bound(), DeviceKind.PCI, null, null, model);
        }

        private HostDevice device(
                BoundDevice bound,
                DeviceKind kind,
                @Nullable String parent,
                @Nullable String type,
                @Nullable String pciId) {
            String cdev =
                    bound.vfioDev().filter(VfioDev::cdev).map(VfioDev::name).orElse(null);
            return new HostDevice(
                    bound.name(),
                    kind,
                    parent,
                    type,
                    bound.driver().orElse(null),
                    bound.driver().flatMap(this::version).orElse(null),
                    isVfioBound(bound, kind),
                    bound.iommuGroup().isPresent() ? bound.iommuGroup().getAsInt() : null,
                    cdev,
                    usage(bound.iommuGroup(), cdev),
                    null,
                    null,
                    pciId);
        }

        private static boolean isVfioBound(BoundDevice bound, DeviceKind kind) {
            return bound.vfioDev().isPresent()
                    || bound.driver()
                            .filter(d -> switch (kind) {
                                case MDEV -> true;
                                case PCI -> PciTree.isVfioDriver(d);
                                case PLATFORM -> PlatformTree.isVfioDriver(d);
                                case VFIO_USER -> false;
                            })
                            .isPresent();
        }

        private Optional<String> version(String driver) {
            return versions.computeIfAbsent(
                    driver,
                    d -> Modules.of(root).version(d) instanceof Reading.Found<String>(String v)
                            ? Optional.of(v)
                            : Optional.empty());
        }

        private Usage usage(OptionalInt group, @Nullable String cdev) {
            OpenFiles open = openFiles();
            List<Usage.Holder> holders = new ArrayList<>();
            if (group.isPresent()) {
                holders(open, VfioNodes.GROUPS + "/" + group.getAsInt(), holders);
            }
            if (cdev != null) {
                holders(open, VfioNodes.DEVICES + "/" + cdev, holders);
            }
            if (!holders.isEmpty()) {
                return Usage.inUse(holders);
            }
            return open.complete() ? Usage.FREE : Usage.UNKNOWN;
        }

        private static void holders(OpenFiles open, String node, List<Usage.Holder> into) {
            open.of(node).forEach(h -> into.add(new Usage.Holder(h.pid(), h.comm())));
        }

        private OpenFiles openFiles() {
            OpenFiles known = openFiles;
            if (known == null) {
                known = root.exists("/proc") ? OpenFiles.scan(root) : new OpenFiles(Map.of(), false, List.of());
                openFiles = known;
                known.findings().forEach(f -> findings.add(unseenUse(f)));
            }
            return known;
        }

        private MdevParent.Type type(MdevTree.Type type, String path) {
            return new MdevParent.Type(
                    type.id(),
                    type.name().orElse(null),
                    type.description().orElse(null),
                    type.availableInstances().isPresent()
                            ? type.availableInstances().getAsInt()
                            : null,
                    type.deviceApi().orElse(null),
                    line(path + "/migration_version").orElse(null),
                    line(path + "/migration_accepts")
                            .map(text -> text.lines().toList())
                            .orElse(List.of()));
        }

        /** Only a user-space host's tree has these attributes. */
        private Optional<String> line(String path) {
            return root.attribute(path) instanceof Reading.Found<String>(String text)
                    ? Optional.of(text)
                    : Optional.empty();
        }

        /** What keeps the processes from being examined is no fault of the tree: an ordinary user sees only his own. */
        private static Finding unseenUse(TreeFinding found) {
            return new Finding(
                    found.id(),
                    Finding.Severity.INFO,
                    found.path(),
                    found.text() + ", so whether a device is in use may not show",
                    found.remedy());
        }

        private static Finding finding(TreeFinding found) {
            return new Finding(found.id(), Finding.Severity.WARNING, found.path(), found.text(), found.remedy());
        }
    }
}
