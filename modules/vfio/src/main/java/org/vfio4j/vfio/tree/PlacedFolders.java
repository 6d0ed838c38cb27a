/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.Group;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevParent;

/** {@code /sys/devices}: directories at the paths that parents and devices of the machine name, and those that lead there. */
final class PlacedFolders {
    private static final String DEVICES = "/devices";
    private static final String GROUPS = "/devices/virtual/vfio";

    private final VfioCore core;
    private final MdevCore mdev;
    private final DeviceFolders devices;
    private final ParentFolders parents;

    PlacedFolders(MdevCore mdev, DeviceFolders devices, ParentFolders parents) {
        this.core = mdev.core();
        this.mdev = mdev;
        this.devices = devices;
        this.parents = parents;
    }

    Folder folder() {
        return at(DEVICES);
    }

    private Folder at(String path) {
        return Folder.of(() -> names(path), name -> child(path + "/" + name));
    }

    private List<String> names(String path) {
        return placed().keySet().stream()
                .filter(place -> place.startsWith(path + "/"))
                .map(place -> first(place.substring(path.length() + 1)))
                .distinct()
                .toList();
    }

    private Optional<Node> child(String path) {
        Map<String, Supplier<Node>> placed = placed();
        Supplier<Node> folder = placed.get(path);
        if (folder != null) {
            return Optional.of(folder.get());
        }
        return placed.keySet().stream().anyMatch(place -> place.startsWith(path + "/"))
                ? Optional.of(at(path))
                : Optional.empty();
    }

    /** Few: mediated devices lie in their parents' directories. */
    private Map<String, Supplier<Node>> placed() {
        Map<String, Supplier<Node>> placed = new LinkedHashMap<>();
        for (MdevParent parent : mdev.parents()) {
            placed.put(parent.device().path(), () -> parents.parent(parent));
        }
        for (Bus bus : List.of(Bus.PCI, Bus.PLATFORM)) {
            for (CoreDevice device : core.devices(bus)) {
                placed.put(device.busDevice().path(), () -> devices.physical(device));
            }
        }
        placed.put(GROUPS, this::groups);
        return placed;
    }

    private Node groups() {
        return Folder.of(
                () -> ClassFolders.groupNumbers(core),
                name -> Numbers.decimal(name).flatMap(core::group).map(this::group));
    }

    private Node group(Group group) {
        String path = GROUPS + "/" + group.number();
        Folder.Builder folder = Folder.whileTrue(
                () -> core.group(group.number()).filter(group::equals).isPresent());
        return folder.link("subsystem", path, "/class/vfio")
                .entry("power", () -> DeviceFolders.power(folder.alive()))
                .entry("uevent", () -> devices.uevent(folder.alive(), path, "vfio", Map.of()))
                .build();
    }

    private static String first(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }
}
