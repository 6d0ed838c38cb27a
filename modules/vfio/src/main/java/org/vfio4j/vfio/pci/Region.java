/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;

/** One region of a {@link PciDevice}, which has checked every range before it comes here. */
public interface Region extends AutoCloseable {
    /** What VFIO_DEVICE_GET_REGION_INFO answers for it; it never changes. */
    RegionInfo info();

    /** Reads {@code count} bytes at {@code offset}, all of them in the region, into the start of {@code into}. */
    void read(long offset, MemorySegment into, int count);

    /** Writes the first {@code count} bytes of {@code from} at {@code offset}, all of them in the region. */
    void write(long offset, MemorySegment from, int count);

    /** The file to map it from, with a descriptor of its own; empty if it cannot be mapped. */
    default Optional<RegionFile> file() {
        return Optional.empty();
    }

    /** Back to the state after creation. Memory keeps its content unless the device says otherwise. */
    default void reset() {}

    @Override
    default void close() {}
}
