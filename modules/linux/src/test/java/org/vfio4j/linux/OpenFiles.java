/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has open, as the kernel lists it. */
final class OpenFiles {
    private OpenFiles() {}

    /** How many descriptors refer to the memfd of that name. The JVM opens files of its own, so a bare count would not tell. */
    static int ofMemfd(String name) throws IOException {
        int count = 0;
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path link : links) {
                if (target(link).startsWith("/memfd:" + name + " ")) {
                    count++;
                }
            }
        }
        return count;
    }

    /** What a descriptor of this process refers to; empty if it is closed. */
    static String target(int number) {
        return target(Path.of("/proc/self/fd", Integer.toString(number)));
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed, the listing's own descriptor for one
        }
    }
}
