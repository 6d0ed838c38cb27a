/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import org.vfio4j.linux.sysfs.Reading;
import org.vfio4j.linux.sysfs.Root;

/**
 * What a machine says of itself.
 *
 * @param hostName its name
 * @param kernelRelease as uname -r says it
 */
public record Machine(String hostName, String kernelRelease) {
    /** Reads it from {@code /proc/sys/kernel}; {@code unknown} for what is not there. */
    public static Machine of(Root root) {
        return new Machine(read(root, "hostname"), read(root, "osrelease"));
    }

    private static String read(Root root, String name) {
        return root.attribute("/proc/sys/kernel/" + name) instanceof Reading.Found<String>(String text)
                ? text
                : "unknown";
    }
}
