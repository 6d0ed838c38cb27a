/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.util.Arrays;
import org.vfio4j.vfio.tree.Node;

/**
 * An attribute that somebody has open: the node of the moment it was opened, so that a descriptor never reaches another device that has come to
 * the same place. What was shown is kept until the reader is back at its beginning, as the kernel's {@code seq_file} does, so that who
 * reads in pieces gets pieces of one text.
 */
final class OpenAttribute {
    /** {@code PAGE_SIZE}: what an attribute shows and takes at most, {@code fs/sysfs/file.c}. */
    static final int LIMIT = 4096;

    private final Node.Attribute node;
    private byte[] shown = new byte[0];
    private boolean filled;

    OpenAttribute(Node.Attribute node) {
        this.node = node;
    }

    Node.Attribute node() {
        return node;
    }

    /** At most {@code count} bytes from {@code offset} on; none at the end. */
    synchronized byte[] read(long offset, long count) {
        if (offset == 0 || !filled) {
            shown = node.show();
            filled = true;
        }
        int size = Math.min(shown.length, LIMIT);
        int from = (int) Math.min(offset, size);
        int to = (int) Math.min(from + count, size);
        return Arrays.copyOfRange(shown, from, to);
    }

    /** Stores what one write(2) brought, wherever in the file it meant to write it, and returns how much of it was taken. */
    int write(byte[] written) {
        node.store(written);
        return written.length;
    }
}
