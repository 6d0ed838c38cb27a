/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * A stream into a device. What comes is kept beside the device until all of it is there and right, so a wrong one leaves the device as it was.
 */
abstract sealed class Resuming extends StateStream permits ResumingPages, ResumingStream {
    /** Takes all of {@code from}, less than 2 GiB, or throws what is wrong with it. */
    abstract void take(MemorySegment from);

    @Override
    public final int write(MemorySegment from) {
        requireUsable();
        MemorySegment some = from.byteSize() > Integer.MAX_VALUE ? from.asSlice(0, Integer.MAX_VALUE) : from;
        take(some);
        return (int) some.byteSize();
    }

    @Override
    public final int read(MemorySegment into) {
        requireUsable();
        throw new VfioException(Errno.EINVAL, "the device is resuming, not saving");
    }

    @Override
    public final PrecopyInfo precopyInfo() {
        requireOpen();
        throw new VfioException(Errno.EINVAL, "the device is not in pre-copy");
    }
}
