/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.tree.Node;

/** Finds nodes by path. Links are not followed: the kernel has done that. */
final class Paths {
    private Paths() {}

    /** The node at {@code path}, which begins with a slash; nothing if there is none. */
    static Optional<Node> find(Node.Directory root, String path) {
        Node node = root;
        int from = 1;
        while (from < path.length()) {
            int slash = path.indexOf('/', from);
            int to = slash < 0 ? path.length() : slash;
            if (!(node instanceof Node.Directory directory)) {
                return Optional.empty();
            }
            Optional<Node> child = directory.child(path.substring(from, to));
            if (child.isEmpty()) {
                return child;
            }
            node = child.get();
            from = to + 1;
        }
        return Optional.of(node);
    }

    /** The node at {@code path}; ENOENT if there is none. */
    static Node resolve(Node.Directory root, String path) {
        return find(root, path).orElseThrow(() -> new VfioException(Errno.ENOENT, path + " is not there"));
    }
}
