/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the kernel says of sockets of other processes: proc(5), net/unix. */
final class Listening {
    /** {@code __SO_ACCEPTCON} of linux/net.h, as the kernel writes a socket's flags. */
    private static final String ACCEPTS = " 00010000 ";

    private Listening() {}

    /** Whether somebody listens there. That there is a socket does not say so: it is there before that, and refuses connections. */
    static boolean isAt(Path socket) throws IOException {
        try (Stream<String> sockets = Files.lines(Path.of("/proc/net/unix"))) {
            return sockets.anyMatch(line -> line.contains(ACCEPTS) && line.endsWith(" " + socket));
        }
    }
}
