/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * A stream out of a device. While in pre-copy a reader that has all there is gets ENOMSG, since more follows once the device is stopped; then he
 * gets the end.
 */
abstract sealed class Saving extends StateStream permits SavingPages, SavingStream {
    private boolean inPreCopy;

    /**
     * @param inPreCopy whether it starts while the device runs; else the device is stopped
     */
    Saving(boolean inPreCopy) {
        this.inPreCopy = inPreCopy;
    }

    /** Puts what is next at the begin of {@code into}, which is not empty; 0 if there is nothing now. */
    abstract int next(MemorySegment into);

    /** How much there is to read, in bytes, as far as the device knows while it runs. */
    abstract PrecopyInfo toRead();

    final boolean isInPreCopy() {
        return inPreCopy;
    }

    /** The device is stopped: what there is now, and is added before the next read, is all. */
    final void leavePreCopy() {
        inPreCopy = false;
    }

    @Override
    public final int read(MemorySegment into) {
        requireUsable();
        if (into.byteSize() == 0) {
            return 0;
        }
        int count = next(into);
        if (count == 0 && inPreCopy) {
            throw new VfioException(
                    Errno.ENOMSG, "all there is until now has been read; the rest follows once the device is stopped");
        }
        return count;
    }

    @Override
    public final int write(MemorySegment from) {
        requireUsable();
        throw new VfioException(Errno.EINVAL, "the device is saving, not resuming");
    }

    @Override
    public final PrecopyInfo precopyInfo() {
        requireOpen();
        if (!inPreCopy) {
            throw new VfioException(Errno.EINVAL, "the device is not in pre-copy");
        }
        return toRead();
    }
}
