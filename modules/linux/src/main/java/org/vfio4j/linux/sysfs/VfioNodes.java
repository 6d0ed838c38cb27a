/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The device nodes through which VFIO is opened, looked at and not opened: opening one may change a device. */
public final class VfioNodes {
    /** The container of the group interface. */
    public static final String CONTAINER = "/dev/vfio/vfio";

    /** Where the groups' nodes are. */
    public static final String GROUPS = "/dev/vfio";

    /** Where the devices' own nodes are (CONFIG_VFIO_DEVICE_CDEV). */
    public static final String DEVICES = "/dev/vfio/devices";

    /** iommufd's node. */
    public static final String IOMMU = "/dev/iommu";

    private static final int PERMISSIONS = 07777;
    private static final String NOIOMMU = "noiommu-";
    private static final String CDEV = "vfio";

    private final Root root;

    private VfioNodes(Root root) {
        this.root = root;
    }

    public static VfioNodes of(Root root) {
        return new VfioNodes(root);
    }

    /**
     * A node.
     *
     * @param path such as {@code /dev/vfio/3}
     * @param device false if it is a regular file or a directory: so in captured trees, and wrong on a machine
     * @param mode its permission bits
     * @param uid its owner
     * @param gid its group
     */
    public record Node(String path, boolean device, int mode, int uid, int gid) {
        /** Whether {@code mode} lets a user read and write who is neither owner nor in the group. */
        public boolean isOpenToAll() {
            return (mode & 06) == 06;
        }
    }

    public Reading<Node> container() {
        return node(CONTAINER);
    }

    public Reading<Node> iommu() {
        return node(IOMMU);
    }

    /** The node of a group with an IOMMU behind it, mediated devices' included. */
    public Reading<Node> group(int number) {
        return node(GROUPS + "/" + number);
    }

    /** The node of a group without an IOMMU (CONFIG_VFIO_NOIOMMU). */
    public Reading<Node> noiommuGroup(int number) {
        return node(GROUPS + "/" + NOIOMMU + number);
    }

    /** The node of the VFIO device {@code name}, such as {@code vfio3}. */
    public Reading<Node> device(String name) {
        return isCdevName(name) ? node(DEVICES + "/" + name) : Reading.missing();
    }

    /** The nodes of all groups and of all VFIO devices, by path. */
    public Scan<Node> all() {
        TreeWalk walk = root.walk();
        List<Node> nodes = List.of(GROUPS, DEVICES).stream()
                .map(walk::directory)
                .map(walk::take)
                .flatMap(Optional::stream)
                .flatMap(at -> walk.names(at, Root.MAX_ENTRIES).stream()
                        .filter(name -> isGroupName(name) || isCdevName(name))
                        .map(name -> node(walk, at.child(name)))
                        .map(walk::take)
                        .flatMap(Optional::stream))
                .filter(node -> !node.path().equals(CONTAINER))
                .toList();
        return walk.scan(nodes);
    }

    /** Whether a VFIO device can be called so: {@code vfio} and a number. */
    static boolean isCdevName(String name) {
        return name.startsWith(CDEV)
                && Names.decimal(name.substring(CDEV.length())).isPresent();
    }

    private static boolean isGroupName(String name) {
        String number = name.startsWith(NOIOMMU) ? name.substring(NOIOMMU.length()) : name;
        return Names.decimal(number).isPresent();
    }

    private Reading<Node> node(String path) {
        return node(root.walk(), path);
    }

    private Reading<Node> node(TreeWalk walk, String path) {
        return walk.resolve(path)
                .then(place -> root.files().owner(place.path()).map(owner -> node(path, place, owner)));
    }

    private static Node node(String path, Place place, Map<String, Object> owner) {
        return new Node(
                path,
                place.kind() == Place.Kind.OTHER,
                number(owner, "mode") & PERMISSIONS,
                number(owner, "uid"),
                number(owner, "gid"));
    }

    private static int number(Map<String, Object> owner, String name) {
        return owner.get(name) instanceof Integer number ? number : 0;
    }
}
