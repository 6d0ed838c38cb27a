/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.nio.file.Path;

/** The one entry to {@code /sys}, {@code /dev} and {@code /proc}: this machine's, or a captured tree's in a folder. */
public final class Root {
    private final Path base;

    private Root(Path base) {
        this.base = base;
    }

    /** The root of this machine. */
    public static Root ofThisMachine() {
        return new Root(Path.of("/"));
    }

    /** A tree in a folder, with {@code sys}, {@code dev} and {@code proc} in it as far as they were captured. */
    public static Root at(Path folder) {
        return new Root(folder);
    }

    public Path base() {
        return base;
    }
}
