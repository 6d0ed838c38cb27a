/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.HashMap;
import java.util.Map;

/**
 * What a few listings tell of all mediated devices at once, where asking each device takes a call for every answer. It is built without
 * findings: whatever it lacks is looked for where it lies, and found or missed there.
 *
 * @param origins parent and type by UUID, from the types' {@code devices}
 * @param drivers by UUID, from the bus's {@code drivers}
 * @param vfioDevs from their class
 */
record MdevIndex(Map<String, Origin> origins, Map<String, String> drivers, VfioDevs vfioDevs) {
    /** Knows of none. */
    static final MdevIndex NONE = new MdevIndex(Map.of(), Map.of(), VfioDevs.NONE);

    private static final String DRIVERS = "/sys/bus/mdev/drivers";

    /** Where a device comes from. */
    record Origin(Place parent, String type) {}

    static MdevIndex read(TreeWalk walk) {
        Map<String, Origin> origins = new HashMap<>();
        walk.quietly(
                walk.directory(MdevTree.PARENTS),
                (_, parent) -> walk.quietly(walk.directory(parent, MdevTree.TYPES), (type, at) -> {
                    Origin origin = new Origin(parent, type);
                    walk.quietly(walk.directory(at, "devices")).forEach(uuid -> origins.put(uuid, origin));
                }));
        Map<String, String> drivers = new HashMap<>();
        walk.quietly(
                walk.directory(DRIVERS),
                (driver, at) -> walk.quietly(Reading.found(at)).forEach(uuid -> drivers.put(uuid, driver)));
        return new MdevIndex(origins, drivers, VfioDevs.read(walk));
    }
}
