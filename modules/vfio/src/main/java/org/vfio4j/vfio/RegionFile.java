/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;

/**
 * The file behind a region that can be mapped: the region's byte 0 is the file's byte {@code offset}. It owns its descriptor; a mapping
 * made from it outlives it.
 */
public record RegionFile(Fd fd, long offset) implements AutoCloseable {
    /** Maps an area of the region for reading and writing. */
    public Mapping map(RegionCapability.Area area) {
        return Mapping.readWrite(fd, Math.addExact(offset, area.offset()), area.size());
    }

    /** The same for reading only. */
    public Mapping mapReadOnly(RegionCapability.Area area) {
        return Mapping.readOnly(fd, Math.addExact(offset, area.offset()), area.size());
    }

    @Override
    public void close() {
        fd.close();
    }
}
