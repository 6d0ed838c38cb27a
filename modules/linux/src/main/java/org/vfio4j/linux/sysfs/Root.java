/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.nio.file.Path;

/**
 * The one entry to {@code /sys}, {@code /dev} and {@code /proc}: this machine's, or a captured tree's in a folder.
 *
 * <p>A path starts at {@code /}, which is the tree's base. Links are resolved within the tree: an absolute target starts at the base and
 * {@code ..} does not lead above it. Nothing here blocks, throws for what the tree holds, or reads more than its bounds.
 */
public final class Root {
    /** The most bytes that sysfs gives for an attribute: a page, {@code Documentation/filesystems/sysfs.rst}. */
    public static final int MAX_ATTRIBUTE = 4096;

    /** The longest name accepted; the file system's own bound is 255, the kernel's names of devices are far shorter. */
    public static final int MAX_NAME = 128;

    /** {@code PATH_MAX} of linux/limits.h. */
    public static final int MAX_PATH = 4096;

    /** The most entries that are read of one directory. */
    public static final int MAX_ENTRIES = 100_000;

    private final Path base;
    private final TreeFiles files;

    private Root(Path base) {
        this.base = base;
        this.files = new TreeFiles(base);
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

    /** Whether it is this machine's own root, so that what it shows can also be opened. */
    public boolean isThisMachine() {
        return base.equals(Path.of("/"));
    }

    /** An attribute's text without its one trailing newline. */
    public Reading<String> attribute(String path) {
        TreeWalk walk = walk();
        return walk.resolve(path).then(walk::read);
    }

    /** The entries of a directory, at most {@link #MAX_ENTRIES} of them. */
    public Reading<Listing> list(String path) {
        return list(path, MAX_ENTRIES);
    }

    /** The entries of a directory, at most {@code limit} of them. */
    public Reading<Listing> list(String path, int limit) {
        return walk().directory(path).then(place -> files.list(place.path(), limit));
    }

    /** The last component of what a link names, which need not exist: {@code mtty} for a {@code driver} link. */
    public Reading<String> linkName(String path) {
        TreeWalk walk = walk();
        String name = Names.last(path);
        if (!Names.valid(name)) {
            return Reading.unreadable(TreeProblem.NAME_INVALID.at(path, "is no name that the kernel makes"));
        }
        return walk.directory(path.substring(0, path.length() - name.length()))
                .then(place -> walk.linkName(place, name));
    }

    /** The path of the same thing with every link on the way resolved. */
    public Reading<String> resolve(String path) {
        return walk().resolve(path).map(place -> place.path().isEmpty() ? "/" : place.path());
    }

    /** Whether {@code path}, links resolved, names something that this process can see. */
    public boolean exists(String path) {
        return walk().resolve(path).isFound();
    }

    /** A new pass over this tree. */
    TreeWalk walk() {
        return new TreeWalk(files);
    }

    TreeFiles files() {
        return files;
    }

    @Override
    public String toString() {
        return base.toString();
    }
}
