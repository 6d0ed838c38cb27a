/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * A device as its bus names it: the kernel's {@code struct device}.
 *
 * @param bus it is on
 * @param name dev_name: a UUID, a PCI address, a platform device's name
 * @param path of its directory below {@code /sys}, such as {@code /devices/virtual/mdpy/mdpy/UUID}: udev's DEVPATH
 * @param driver that is bound to it: the vendor's for a mediated device, else vfio-pci or vfio-platform
 */
public record BusDevice(Bus bus, String name, String path, String driver) {
    private static final int MAX_NAME = 255;

    /** EINVAL where a name could not be one of a directory, or the path does not end with it. */
    public BusDevice {
        requireName(name);
        requireName(driver);
        if (!path.startsWith("/devices/") || !path.endsWith("/" + name) || path.contains("/../")) {
            throw new VfioException(Errno.EINVAL, "\"" + path + "\" is no path of a device " + name);
        }
    }

    /** Refuses with EINVAL what cannot be the name of a directory. */
    public static void requireName(String name) {
        if (name.isEmpty()
                || name.length() > MAX_NAME
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.indexOf('\0') >= 0) {
            throw new VfioException(Errno.EINVAL, "\"" + name + "\" is no name of a device or a driver");
        }
    }
}
