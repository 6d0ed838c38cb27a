/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Mediated devices: who offers them, of which types, and which there are ({@code Documentation/driver-api/vfio-mediated-device.rst}).
 * Every method reads the tree anew, in time linear in what it returns.
 */
public final class MdevTree {
    static final String PARENTS = "/sys/class/mdev_bus";
    private static final String DEVICES = "/sys/bus/mdev/devices";
    static final String TYPES = "mdev_supported_types";

    private final Root root;

    private MdevTree(Root root) {
        this.root = root;
    }

    public static MdevTree of(Root root) {
        return new MdevTree(root);
    }

    /**
     * A device whose driver makes mediated devices of it.
     *
     * @param name of its entry in {@code /sys/class/mdev_bus}, such as {@code mtty} or {@code 0000:00:02.0}
     * @param path of its directory, without links
     * @param bus the last component of its {@code subsystem}: {@code pci}, {@code css}, for the samples their own class
     * @param driver bound to it; the samples' parents have none
     * @param types in the order of their ids
     */
    public record Parent(String name, String path, Optional<String> bus, Optional<String> driver, List<Type> types) {
        public Parent {
            types = List.copyOf(types);
        }
    }

    /**
     * A type that a parent supports, by its attributes.
     *
     * @param id the name of its directory, such as {@code mtty-1}
     * @param name for people; a driver before Linux 6.1 may have none
     * @param description many drivers have none
     * @param availableInstances how many more can be made; empty if it cannot be read as a number
     * @param deviceApi such as {@code vfio-pci}
     * @param devices the UUIDs of its devices, sorted
     */
    public record Type(
            String id,
            Optional<String> name,
            Optional<String> description,
            OptionalInt availableInstances,
            Optional<String> deviceApi,
            List<String> devices) {
        public Type {
            devices = List.copyOf(devices);
        }
    }

    /**
     * A mediated device.
     *
     * @param uuid its name
     * @param parent the name of the directory that it lies in
     * @param type the id of its type
     * @param bound its path, driver, IOMMU group and VFIO device
     */
    public record Device(String uuid, String parent, String type, BoundDevice bound) {}

    /** The parents by name, with their types. A kernel without mdev is no finding, only nothing. */
    public Scan<Parent> parents() {
        TreeWalk walk = root.walk();
        List<Parent> parents = new ArrayList<>();
        walk.forEach(walk.directory(PARENTS), (name, at) -> parents.add(parent(walk, name, at)));
        return walk.scan(parents);
    }

    /** The devices by UUID. */
    public Scan<Device> devices() {
        TreeWalk walk = root.walk();
        MdevIndex known = MdevIndex.read(walk);
        List<Device> devices = new ArrayList<>();
        walk.take(walk.directory(DEVICES)).ifPresent(bus -> {
            for (String uuid : walk.names(bus, Root.MAX_ENTRIES)) {
                indexed(walk, uuid, known)
                        .or(() -> walk.entryOf(bus, uuid).flatMap(at -> linked(walk, uuid, at, known)))
                        .ifPresent(devices::add);
            }
        });
        return walk.scan(devices);
    }

    /** One device, without looking at the others; no item and no finding if there is none of that UUID. */
    public Scan<Device> device(String uuid) {
        TreeWalk walk = root.walk();
        Optional<Device> device = Optional.empty();
        if (Names.valid(uuid)) {
            device = walk.take(walk.directory(DEVICES + "/" + uuid))
                    .flatMap(at -> linked(walk, uuid, at, MdevIndex.NONE));
        }
        return walk.scan(device.stream().toList());
    }

    private static Parent parent(TreeWalk walk, String name, Place at) {
        List<Type> types = new ArrayList<>();
        walk.forEach(walk.directory(at, TYPES), (id, place) -> types.add(type(walk, id, place)));
        Optional<String> bus = walk.take(walk.linkName(at, "subsystem"));
        return new Parent(name, at.path(), bus, walk.take(walk.linkName(at, "driver")), types);
    }

    private static Type type(TreeWalk walk, String id, Place at) {
        return new Type(
                id,
                walk.take(walk.attribute(at, "name")),
                walk.take(walk.attribute(at, "description")),
                availableInstances(walk, at),
                needed(walk, at, "device_api"),
                walk.take(walk.directory(at, "devices"))
                        .map(devices -> walk.names(devices, Root.MAX_ENTRIES))
                        .orElseGet(List::of));
    }

    private static OptionalInt availableInstances(TreeWalk walk, Place at) {
        Optional<String> text = needed(walk, at, "available_instances");
        OptionalInt number = text.isPresent() ? Names.decimal(text.get()) : OptionalInt.empty();
        if (text.isPresent() && number.isEmpty()) {
            walk.note(TreeProblem.ATTRIBUTE_MALFORMED.at(
                    at.child("available_instances"),
                    "is \"" + Names.printable(text.get()) + "\", not a number from 0 to " + Integer.MAX_VALUE));
        }
        return number;
    }

    private static Optional<String> needed(TreeWalk walk, Place at, String attribute) {
        return walk.need(
                walk.attribute(at, attribute), TreeProblem.ATTRIBUTE_MISSING, at.child(attribute), "is missing");
    }

    /** The device as the index has it, if a directory of that name lies in the parent's. */
    private static Optional<Device> indexed(TreeWalk walk, String uuid, MdevIndex known) {
        return Optional.ofNullable(known.origins().get(uuid))
                .flatMap(origin -> walk.directory(origin.parent(), uuid)
                        .value()
                        .filter(at -> at.parent().equals(origin.parent()))
                        .map(at -> new Device(
                                uuid, origin.parent().name(), origin.type(), BoundDevice.read(walk, at, known))));
    }

    /** The device in the directory that the bus links to. */
    private static Optional<Device> linked(TreeWalk walk, String uuid, Place at, MdevIndex known) {
        if (at.path().startsWith(DEVICES)) {
            walk.note(TreeProblem.NOT_A_LINK.at(at.path(), "is not a link, so its parent is not known"));
            return Optional.empty();
        }
        String typeLink = at.child("mdev_type");
        return walk.need(walk.linkName(at, "mdev_type"), TreeProblem.VANISHED, typeLink, "is missing: no mdev any more")
                .map(type -> new Device(uuid, at.parent().name(), type, BoundDevice.read(walk, at, known)));
    }
}
