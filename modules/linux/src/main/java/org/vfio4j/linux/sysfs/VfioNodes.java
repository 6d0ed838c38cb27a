/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

/** Where the nodes lie through which VFIO is opened. */
public final class VfioNodes {
    /** The container of the group interface. */
    public static final String CONTAINER = "/dev/vfio/vfio";

    /** Where the groups' nodes are. */
    public static final String GROUPS = "/dev/vfio";

    /** Where the devices' own nodes are (CONFIG_VFIO_DEVICE_CDEV). */
    public static final String DEVICES = "/dev/vfio/devices";

    /** iommufd's node. */
    public static final String IOMMU = "/dev/iommu";

    private static final String CDEV = "vfio";

    private VfioNodes() {}

    /** Whether a VFIO device can be called so: {@code vfio} and a number. */
    static boolean isCdevName(String name) {
        return name.startsWith(CDEV)
                && Names.decimal(name.substring(CDEV.length())).isPresent();
    }
}
