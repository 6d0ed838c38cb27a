/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What every device that VFIO can serve has in its directory, whatever its bus.
 *
 * @param name of its directory, the kernel's dev_name: a UUID, a PCI address, a platform device's name
 * @param path of its directory, without links, such as {@code /sys/devices/virtual/mtty/mtty/UUID}
 * @param driver that is bound to it
 * @param iommuGroup the number of its IOMMU group
 * @param vfioDev its VFIO device, there while a VFIO driver is bound and on Linux 6.1 or later
 */
public record BoundDevice(
        String name, String path, Optional<String> driver, OptionalInt iommuGroup, Optional<VfioDev> vfioDev) {
    /** Where the device's own VFIO device lies. */
    static final String VFIO_DEV = "vfio-dev";

    static BoundDevice read(TreeWalk walk, Place at) {
        return read(walk, at, MdevIndex.NONE);
    }

    /** Reads the device in the directory {@code at}; what {@code known} has of it is not asked again. */
    static BoundDevice read(TreeWalk walk, Place at, MdevIndex known) {
        Optional<String> driver = Optional.ofNullable(known.drivers().get(at.name()));
        Optional<Integer> group = walk.take(walk.linkNumber(at, "iommu_group"));
        return new BoundDevice(
                at.name(),
                at.path(),
                driver.isPresent() ? driver : walk.take(walk.linkName(at, "driver")),
                group.isPresent() ? OptionalInt.of(group.get()) : OptionalInt.empty(),
                known.vfioDevs().of(walk, at));
    }
}
