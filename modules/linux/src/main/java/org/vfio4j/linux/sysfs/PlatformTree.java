/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Platform devices that a VFIO driver is bound to ({@code Documentation/ABI/testing/sysfs-bus-platform}). */
public final class PlatformTree {
    private static final String DEVICES = "/sys/bus/platform/devices";

    private final Root root;

    private PlatformTree(Root root) {
        this.root = root;
    }

    public static PlatformTree of(Root root) {
        return new PlatformTree(root);
    }

    /** The devices that a VFIO driver is bound to, by name. */
    public Scan<BoundDevice> vfioBound() {
        TreeWalk walk = root.walk();
        List<BoundDevice> devices = new ArrayList<>();
        walk.forEach(walk.directory(DEVICES), (_, at) -> {
            if (walk.exists(at, BoundDevice.VFIO_DEV)
                    || walk.linkName(at, "driver")
                            .value()
                            .filter(PlatformTree::isVfioDriver)
                            .isPresent()) {
                devices.add(BoundDevice.read(walk, at));
            }
        });
        return walk.scan(devices);
    }

    /** One device, whatever its driver; no item and no finding if there is none of that name. */
    public Scan<BoundDevice> find(String name) {
        TreeWalk walk = root.walk();
        Optional<BoundDevice> device = Optional.empty();
        if (Names.valid(name)) {
            device = walk.take(walk.directory(DEVICES + "/" + name)).map(at -> BoundDevice.read(walk, at));
        }
        return walk.scan(device.stream().toList());
    }

    /** Whether a driver of this name is a VFIO driver: vfio-platform, or AMBA's vfio-amba. */
    public static boolean isVfioDriver(String driver) {
        String name = driver.replace('_', '-');
        return name.equals("vfio-platform") || name.equals("vfio-amba");
    }
}
