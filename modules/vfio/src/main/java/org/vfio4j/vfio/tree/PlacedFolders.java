/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
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
    private static final Set<Bus> PHYSICAL = EnumSet.of(Bus.PCI, Bus.PLATFORM);

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
        return places().filter(place -> isBelow(place, path))
                .map(place -> first(place.substring(path.length() + 1)))
                .distinct()
                .toList();
    }

    private Optional<Node> child(String path) {
        return parent(path)
                .map(parent -> (Node) parents.parent(parent))
                .or(() -> physical(path).map(devices::physical))
                .or(() -> path.equals(GROUPS) ? Optional.of(groups()) : Optional.empty())
                .or(() -> places().anyMatch(place -> isBelow(place, path)) ? Optional.of(at(path)) : Optional.empty());
    }

    private Optional<MdevParent> parent(String path) {
        for (MdevParent parent : mdev.parents()) {
            if (parent.device().path().equals(path)) {
                return Optional.of(parent);
            }
        }
        return Optional.empty();
    }

    /** A device of the machine lies in a directory of its name. */
    private Optional<CoreDevice> physical(String path) {
        return core.device(path.substring(path.lastIndexOf('/') + 1))
                .filter(device -> PHYSICAL.contains(device.busDevice().bus())
                        && device.busDevice().path().equals(path));
    }

    /** The paths of all directories that are here by themselves. Few: mediated devices lie in their parents'. */
    private Stream<String> places() {
        Stream<String> physical = PHYSICAL.stream()
                .flatMap(bus -> core.devices(bus).stream())
                .map(device -> device.busDevice().path());
        return Stream.of(mdev.parents().stream().map(parent -> parent.device().path()), Stream.of(GROUPS), physical)
                .flatMap(paths -> paths);
    }

    private static boolean isBelow(String place, String folder) {
        return place.length() > folder.length() && place.charAt(folder.length()) == '/' && place.startsWith(folder);
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
                .entry(
                        "uevent",
                        () -> devices.uevent(folder.alive(), path, "vfio", Map.of("DEVNAME", "vfio/" + group.number())))
                .build();
    }

    private static String first(String path) {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }
}
