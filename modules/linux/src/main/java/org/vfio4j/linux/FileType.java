/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** What lies at a path; apart from {@link FileStatus}, since it links no function of libc. */
public final class FileType {
    // linux/stat.h
    private static final int S_IFMT = 0xf000;
    private static final int S_IFSOCK = 0xc000;

    private FileType() {}

    /** Whether there is a socket of the file system; false too if nobody can tell. */
    public static boolean isSocket(Path path, LinkOption... options) {
        try {
            return ((Integer) Files.getAttribute(path, "unix:mode", options) & S_IFMT) == S_IFSOCK;
        } catch (IOException e) {
            return false;
        }
    }
}
