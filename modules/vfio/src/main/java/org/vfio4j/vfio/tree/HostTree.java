/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.vfio4j.vfio.bus.BusDrivers;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.Group;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevParent;

/**
 * The sysfs of a user-space host: what the kernel shows of the same devices, name by name and byte by byte, and the feature attributes of the
 * thread's proposal besides. Writing to {@code create} and {@code remove} makes and removes devices. Safe for use by many threads.
 */
public final class HostTree {
    private final VfioCore core;
    private final MdevCore mdev;
    private final DeviceFolders devices;
    private final Node.Directory root;

    /** What a tree needs besides the cores: how long a write to {@code remove} waits, and who hears of what was written to a device's uevent file. */
    public record Settings(Duration removeBound, Consumer<Uevent> uevents) {
        /** Ten seconds, and nobody. */
        public static final Settings DEFAULT = new Settings(Duration.ofSeconds(10), uevent -> {});
    }

    /** The tree of these devices. */
    public HostTree(MdevCore mdev, BusDrivers buses) {
        this(mdev, buses, Settings.DEFAULT);
    }

    public HostTree(MdevCore mdev, BusDrivers buses, Settings settings) {
        this.core = mdev.core();
        this.mdev = mdev;
        this.devices = new DeviceFolders(mdev, buses, settings);
        ParentFolders parents = new ParentFolders(mdev, devices);
        PlacedFolders placed = new PlacedFolders(mdev, devices, parents);
        this.root = Folder.always()
                .entry("bus", () -> new BusFolders(mdev).folder())
                .entry("class", () -> new ClassFolders(mdev).folder())
                .entry("devices", placed::folder)
                .entry(
                        "kernel",
                        () -> Folder.always()
                                .entry("iommu_groups", this::groups)
                                .build())
                .entry("module", this::modules)
                .build();
    }

    /** {@code /sys}. */
    public Node.Directory root() {
        return root;
    }

    /** What is at a path below {@code /sys}, such as {@code /devices/virtual/mdpy/mdpy}; links on the way are not followed. */
    public Optional<Node> find(String path) {
        Optional<Node> at = Optional.of(root);
        for (String name : path.split("/", -1)) {
            if (!name.isEmpty()) {
                at = at.filter(Node.Directory.class::isInstance)
                        .map(Node.Directory.class::cast)
                        .flatMap(folder -> folder.child(name));
            }
        }
        return at;
    }

    /** Tells {@code listener} what udev would hear of the core's devices from now on: each device, and its VFIO device with it. */
    public VfioCore.Subscription listen(Consumer<Uevent> listener) {
        return core.listen(new CoreListener() {
            @Override
            public void added(CoreDevice device) {
                listener.accept(devices.uevent("add", device));
                listener.accept(devices.vfioUevent("add", device));
                listener.accept(devices.uevent("bind", device));
            }

            @Override
            public void removed(CoreDevice device) {
                listener.accept(devices.vfioUevent("remove", device));
                listener.accept(devices.uevent("remove", device));
            }
        });
    }

    private Node.Directory groups() {
        return Folder.of(
                () -> ClassFolders.groupNumbers(core),
                name -> Numbers.decimal(name).flatMap(core::group).map(this::group));
    }

    private Node group(Group group) {
        String folder = "/kernel/iommu_groups/" + group.number() + "/devices";
        Folder.Builder builder = Folder.whileTrue(
                () -> core.group(group.number()).filter(group::equals).isPresent());
        group.name().ifPresent(name -> builder.line("name", () -> name));
        return builder.entry("type", () -> File.fixed(builder.alive(), () -> File.bytes(group.type() + "\n")))
                .entry(
                        "devices",
                        () -> Folder.of(
                                () -> group.devices().stream()
                                        .map(CoreDevice::name)
                                        .toList(),
                                name -> group.devices().stream()
                                        .filter(device -> device.name().equals(name))
                                        .findFirst()
                                        .map(device -> Links.from(
                                                folder, device.busDevice().path()))))
                .build();
    }

    private Node.Directory modules() {
        return Folder.of(
                () -> mdev.parents().stream()
                        .map(MdevParent::driverName)
                        .distinct()
                        .toList(),
                name -> mdev.parents().stream()
                        .filter(parent -> parent.driverName().equals(name))
                        .findFirst()
                        .map(HostTree::module));
    }

    private static Node module(MdevParent parent) {
        Folder.Builder builder = Folder.always().line("initstate", () -> "live");
        parent.driverVersion().ifPresent(version -> builder.line("version", () -> version));
        return builder.build();
    }
}
