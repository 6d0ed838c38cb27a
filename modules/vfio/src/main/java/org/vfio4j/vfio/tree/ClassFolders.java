/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.util.List;
import java.util.Optional;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.Group;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevParent;

/** {@code /sys/class}: the devices of a kind, wherever they are. */
final class ClassFolders {
    private static final String MDEV_BUS = "mdev_bus";
    private static final String VFIO = "vfio";
    private static final String VFIO_DEV = "vfio-dev";
    private static final List<String> OWN = List.of(MDEV_BUS, VFIO, VFIO_DEV);

    private final VfioCore core;
    private final MdevCore mdev;

    ClassFolders(MdevCore mdev) {
        this.core = mdev.core();
        this.mdev = mdev;
    }

    Folder folder() {
        return Folder.always()
                .entry(MDEV_BUS, this::parents)
                .entry(VFIO, this::groups)
                .entry(VFIO_DEV, this::devices)
                .entries(
                        () -> Subsystems.of(mdev, "class")
                                .filter(name -> !OWN.contains(name))
                                .toList(),
                        name -> Subsystems.of(mdev, "class").anyMatch(name::equals)
                                ? Optional.of(ofParents(name))
                                : Optional.empty())
                .build();
    }

    static List<String> groupNumbers(VfioCore core) {
        return core.groups().stream().map(Group::number).map(String::valueOf).toList();
    }

    private Node parents() {
        return parents("/class/" + MDEV_BUS, mdev.parents());
    }

    private Node ofParents(String name) {
        return parents("/class/" + name, Subsystems.members(mdev, "class/" + name));
    }

    private static Node parents(String folder, List<MdevParent> members) {
        return Folder.of(
                () -> members.stream().map(MdevParent::name).toList(),
                name -> members.stream()
                        .filter(parent -> parent.name().equals(name))
                        .findFirst()
                        .map(parent -> Links.from(folder, parent.device().path())));
    }

    private Node groups() {
        return Folder.of(
                () -> groupNumbers(core),
                name -> Numbers.decimal(name)
                        .flatMap(core::group)
                        .map(group -> Links.from("/class/" + VFIO, "/devices/virtual/vfio/" + group.number())));
    }

    private Node devices() {
        return Folder.of(
                () -> core.devices().stream()
                        .map(CoreDevice::index)
                        .map(index -> "vfio" + index)
                        .toList(),
                name -> Numbers.decimal("vfio", name)
                        .flatMap(core::device)
                        .map(device -> Links.from("/class/" + VFIO_DEV, DeviceFolders.vfioPath(device))));
    }
}
