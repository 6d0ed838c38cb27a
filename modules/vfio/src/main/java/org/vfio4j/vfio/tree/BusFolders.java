/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevParent;

/** {@code /sys/bus}: each bus with its devices and its drivers. */
final class BusFolders {
    private final VfioCore core;
    private final MdevCore mdev;

    BusFolders(MdevCore mdev) {
        this.core = mdev.core();
        this.mdev = mdev;
    }

    Folder folder() {
        return Folder.of(
                () -> names().toList(),
                name -> names().anyMatch(name::equals) ? Optional.of(bus(name)) : Optional.empty());
    }

    private Stream<String> names() {
        return Stream.concat(Arrays.stream(Bus.values()).map(Bus::word), Subsystems.of(mdev, "bus"))
                .distinct();
    }

    private Node bus(String name) {
        return Folder.always()
                .entry("devices", () -> devices(name))
                .entry("drivers", () -> drivers(name))
                .build();
    }

    private Node devices(String bus) {
        return links("/bus/" + bus + "/devices", bus, "");
    }

    private Node drivers(String bus) {
        return Folder.of(
                () -> driverNames(bus),
                driver -> driverNames(bus).contains(driver)
                        ? Optional.of(links("/bus/" + bus + "/drivers/" + driver, bus, driver))
                        : Optional.empty());
    }

    /** Links to the devices of a bus, or only those of one of its drivers. */
    private Node links(String folder, String bus, String driver) {
        return Folder.of(
                () -> Stream.concat(
                                served(bus)
                                        .filter(device ->
                                                isOf(driver, device.busDevice().driver()))
                                        .map(CoreDevice::name),
                                parents(bus, driver).map(MdevParent::name))
                        .toList(),
                name -> core.device(name)
                        .filter(device -> device.busDevice().bus().word().equals(bus)
                                && isOf(driver, device.busDevice().driver()))
                        .map(device -> device.busDevice().path())
                        .or(() -> parents(bus, driver)
                                .filter(parent -> parent.name().equals(name))
                                .findFirst()
                                .map(parent -> parent.device().path()))
                        .map(path -> Links.from(folder, path)));
    }

    private List<String> driverNames(String bus) {
        Stream<String> registered =
                bus.equals(Bus.MDEV.word()) ? mdev.parents().stream().map(MdevParent::driverName) : Stream.empty();
        Stream<String> vfio = switch (bus) {
            case "pci" -> Stream.of("vfio-pci");
            case "platform" -> Stream.of("vfio-platform");
            default -> Stream.empty();
        };
        Stream<String> parents = parents(bus, "").flatMap(parent -> parent.device().driver().stream());
        return Stream.of(registered, vfio, parents)
                .flatMap(names -> names)
                .distinct()
                .toList();
    }

    private Stream<CoreDevice> served(String bus) {
        return Arrays.stream(Bus.values())
                .filter(known -> known.word().equals(bus))
                .flatMap(known -> core.devices(known).stream());
    }

    private Stream<MdevParent> parents(String bus, String driver) {
        return Subsystems.members(mdev, "bus/" + bus).stream()
                .filter(parent -> isOf(driver, parent.device().driver().orElse("")));
    }

    private static boolean isOf(String wanted, String driver) {
        return wanted.isEmpty() || wanted.equals(driver);
    }
}
