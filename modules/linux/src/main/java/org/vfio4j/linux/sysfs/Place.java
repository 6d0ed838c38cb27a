/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

/**
 * Something that exists in the tree.
 *
 * @param path from the tree's base, with no symbolic link in it: {@code ""} is the base, else {@code /sys/…}
 */
record Place(String path, Kind kind) {
    static final Place BASE = new Place("", Kind.DIRECTORY);

    /** What lstat(2) says it is. */
    enum Kind {
        DIRECTORY,
        REGULAR,
        LINK,
        OTHER
    }

    boolean isDirectory() {
        return kind == Kind.DIRECTORY;
    }

    /** The last component of its path. */
    String name() {
        return Names.last(path);
    }

    /** The directory above; the base's is the base. */
    Place parent() {
        int slash = path.lastIndexOf('/');
        return slash <= 0 ? BASE : new Place(path.substring(0, slash), Kind.DIRECTORY);
    }

    /** The path of an entry in this directory. */
    String child(String name) {
        return path + "/" + name;
    }
}
