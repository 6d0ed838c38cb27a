/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memfds that this process has open, as the kernel lists them. */
final class Memfds {
    private Memfds() {}

    /** How many descriptors refer to the memfd of that name. The JVM opens files of its own, so a bare count would not tell. */
    static int open(String name) {
        int count = 0;
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path link : links) {
                count += target(link).startsWith("/memfd:" + name + " ") ? 1 : 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return count;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed, the listing's own descriptor for one
        }
    }
}
