/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.lang.foreign.MemorySegment;

/**
 * The device's state as it flows out while saving (PRE_COPY, STOP_COPY) or in while RESUMING. It ends with the state that opened it; closing
 * it changes no state.
 */
public interface MigrationStream extends AutoCloseable {
    /**
     * Reads up to {@code into.byteSize()} bytes of the state.
     *
     * @return how many bytes came, 0 at the end
     * @throws org.vfio4j.linux.ErrnoException ENOMSG while pre-copy has nothing new to send; EINVAL while resuming
     */
    int read(MemorySegment into);

    /**
     * Writes up to {@code from.byteSize()} bytes of a saved state.
     *
     * @return how many bytes were taken
     */
    int write(MemorySegment from);

    /** What VFIO_MIG_GET_PRECOPY_INFO answers; EINVAL outside the PRE_COPY states. */
    PrecopyInfo precopyInfo();

    @Override
    void close();

    /**
     * How much a device has still to send before it is stopped.
     *
     * @param initialBytes of what must arrive early, in bytes
     * @param dirtyBytes changed since they were sent, in bytes
     */
    record PrecopyInfo(long initialBytes, long dirtyBytes) {}
}
