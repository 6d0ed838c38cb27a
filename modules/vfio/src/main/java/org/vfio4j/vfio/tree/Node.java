/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.util.List;
import java.util.Optional;

/**
 * A place in the tree. A node is a view of the host at the moment it is asked: what it shows is never stale, and a device that is gone is gone
 * from its directory at once. Safe for use by many threads.
 */
public sealed interface Node {

    /** A directory. Its entries are computed when they are asked for. */
    non-sealed interface Directory extends Node {
        /** The entries' names, without {@code .} and {@code ..}, in no order that is promised. */
        List<String> names();

        /** The entry of that name; found without listing the others. */
        Optional<Node> child(String name);
    }

    /** A file of at most 4096 bytes, made when it is read and acted upon when it is written. */
    non-sealed interface Attribute extends Node {
        /** The permission bits, as {@code 0444} or {@code 0200}. */
        int mode();

        /**
         * What a reader gets, with the newline at its end that the kernel writes; EACCES if it cannot be read.
         *
         * @throws org.vfio4j.linux.ErrnoException what read(2) is to answer
         */
        byte[] show();

        /**
         * Takes what a writer wrote in one write(2), with or without a newline at its end; EACCES if it cannot be written.
         *
         * @throws org.vfio4j.linux.ErrnoException what write(2) is to answer
         */
        void store(byte[] written);
    }

    /** A symbolic link. */
    record Link(String target) implements Node {}
}
