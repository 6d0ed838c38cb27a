/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** IOMMU groups: the sets of devices that are only isolated together ({@code Documentation/ABI/testing/sysfs-kernel-iommu_groups}). */
public final class IommuGroups {
    private static final String GROUPS = "/sys/kernel/iommu_groups";

    private final Root root;

    private IommuGroups(Root root) {
        this.root = root;
    }

    public static IommuGroups of(Root root) {
        return new IommuGroups(root);
    }

    /**
     * A group.
     *
     * @param number as in {@code /dev/vfio/<number>}
     * @param name {@code vfio-noiommu} for <em>every</em> mediated device, though those are no no-IOMMU devices; none for a hardware group
     * @param type of its default domain, such as {@code DMA}
     * @param members by name; the group is viable only if each is without a driver or with one that leaves DMA to VFIO
     */
    public record Group(int number, Optional<String> name, Optional<String> type, List<Member> members) {
        public Group {
            members = List.copyOf(members);
        }
    }

    /**
     * A device in a group.
     *
     * @param name a PCI address, a UUID
     * @param bus the last component of its {@code subsystem}, such as {@code pci} or {@code mdev}
     * @param driver bound to it
     */
    public record Member(String name, Optional<String> bus, Optional<String> driver) {}

    /** All groups by number. */
    public Scan<Group> groups() {
        TreeWalk walk = root.walk();
        List<Group> groups = walk.take(walk.directory(GROUPS)).stream()
                .flatMap(at -> walk.names(at, Root.MAX_ENTRIES).stream())
                .map(Names::decimal)
                .flatMapToInt(OptionalInt::stream)
                .sorted()
                .mapToObj(number -> group(walk, number))
                .flatMap(Optional::stream)
                .toList();
        return walk.scan(groups);
    }

    /** One group; no item and no finding if there is none of that number. */
    public Scan<Group> group(int number) {
        TreeWalk walk = root.walk();
        return walk.scan(group(walk, number).stream().toList());
    }

    private static Optional<Group> group(TreeWalk walk, int number) {
        return walk.take(walk.directory(GROUPS + "/" + number))
                .map(at -> new Group(
                        number,
                        walk.take(walk.attribute(at, "name")),
                        walk.take(walk.attribute(at, "type")),
                        members(walk, at)));
    }

    private static List<Member> members(TreeWalk walk, Place group) {
        List<Member> members = new ArrayList<>();
        walk.forEach(
                walk.directory(group, "devices"),
                (name, at) -> members.add(new Member(
                        name, walk.take(walk.linkName(at, "subsystem")), walk.take(walk.linkName(at, "driver")))));
        return members;
    }
}
