/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioException;

/** A stream of a device's state: the device ends it when it leaves the state that opened it, and who uses it closes it. */
abstract sealed class StateStream implements MigrationStream permits Saving, Resuming {
    private boolean ended;
    private boolean open = true;

    /** The device has left the state: nothing more can be read or written. */
    public void end() {
        ended = true;
    }

    @Override
    public final void close() {
        open = false;
    }

    /** EBADF for a closed one. */
    final void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, "the stream is closed");
        }
    }

    /** EBADF for a closed one, ENODEV for one whose device has left its state. */
    final void requireUsable() {
        requireOpen();
        if (ended) {
            throw new VfioException(Errno.ENODEV, "the device has left the state that the stream belonged to");
        }
    }
}
