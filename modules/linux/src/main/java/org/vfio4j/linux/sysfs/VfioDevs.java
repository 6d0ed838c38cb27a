/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which VFIO device belongs to which device, by the links of {@code /sys/class/vfio-dev}: for all devices one listing and a readlink(2)
 * each, where listing every device's {@code vfio-dev} takes five calls more.
 *
 * @param names by the path of the device's directory
 */
record VfioDevs(Map<String, String> names) {
    /** Knows of none, so that each is looked for where it lies. */
    static final VfioDevs NONE = new VfioDevs(Map.of());

    private static final String CLASS = "/sys/class/vfio-dev";
    /** What a link of the class starts with: from there to {@code /sys}. */
    private static final String UP = "../../";

    /** The core makes one VFIO device for each device; a few more may stand there and are passed over. */
    private static final int MAX_BESIDE = 16;

    static VfioDevs read(TreeWalk walk) {
        Map<String, String> names = new HashMap<>();
        walk.directory(CLASS).value().ifPresent(at -> {
            for (String name : walk.quietly(Reading.found(at))) {
                String below = "/" + BoundDevice.VFIO_DEV + "/" + name;
                walk.link(at, name)
                        .value()
                        .filter(target -> target.startsWith(UP) && target.endsWith(below))
                        .filter(_ -> VfioNodes.isCdevName(name))
                        .ifPresent(target -> names.put(
                                "/sys/" + target.substring(UP.length(), target.length() - below.length()), name));
            }
        });
        return new VfioDevs(names);
    }

    /** The VFIO device of the device in the directory {@code at}. */
    Optional<VfioDev> of(TreeWalk walk, Place at) {
        String known = names.get(at.path());
        if (known == null) {
            return listed(walk, at);
        }
        // Where the kernel has no cdev, this one call is all it takes.
        return walk.mayExist(at, BoundDevice.VFIO_DEV + "/" + known + "/dev")
                ? listed(walk, at)
                : Optional.of(new VfioDev(known, false));
    }

    private static Optional<VfioDev> listed(TreeWalk walk, Place at) {
        return walk.take(walk.directory(at, BoundDevice.VFIO_DEV))
                .flatMap(directory -> walk.names(directory, MAX_BESIDE).stream()
                        .filter(VfioNodes::isCdevName)
                        .findFirst()
                        .flatMap(name -> walk.take(walk.directory(directory, name))))
                .map(place -> new VfioDev(place.name(), walk.exists(place, "dev")));
    }
}
