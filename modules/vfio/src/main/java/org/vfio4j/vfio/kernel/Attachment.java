/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import java.util.ArrayDeque;
import java.util.Deque;
import org.vfio4j.linux.Fd;

/** What must stay open as long as a device is: closed the last one first. */
final class Attachment implements AutoCloseable {
    private final Deque<Fd> fds = new ArrayDeque<>();

    Fd take(Fd fd) {
        fds.push(fd);
        return fd;
    }

    @Override
    public void close() {
        while (!fds.isEmpty()) {
            fds.pop().close();
        }
    }
}
