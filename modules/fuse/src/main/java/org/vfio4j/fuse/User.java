/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Who this process runs as, in its own user namespace. */
record User(int uid, int gid) {
    static User current() {
        Path self = Path.of("/proc/self/status");
        try {
            return new User((Integer) Files.getAttribute(self, "unix:uid", LinkOption.NOFOLLOW_LINKS), (Integer)
                    Files.getAttribute(self, "unix:gid", LinkOption.NOFOLLOW_LINKS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isRoot() {
        return uid == 0;
    }

    TreeOperations.Owner owner() {
        return new TreeOperations.Owner(uid, gid);
    }
}
