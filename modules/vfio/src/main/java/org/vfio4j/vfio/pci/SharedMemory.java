/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;

/**
 * Memory of a device that its user maps too: a sealed memfd, mapped here. Several regions may show it. What others mapped from it lives on
 * when it is closed.
 */
public final class SharedMemory implements AutoCloseable {
    private final Fd fd;
    private final Mapping mapping;

    private SharedMemory(Fd fd, Mapping mapping) {
        this.fd = fd;
        this.mapping = mapping;
    }

    /**
     * Zeroed memory.
     *
     * @param name shown in {@code /proc/PID/maps}
     * @param size in bytes, a multiple of the page size
     */
    public static SharedMemory create(String name, long size) {
        Fd fd = Memfd.create(name, size);
        try {
            return new SharedMemory(fd, Mapping.readWrite(fd, 0, size));
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** The bytes, until {@link #close}. */
    public MemorySegment segment() {
        return mapping.segment();
    }

    /** In bytes. */
    public long size() {
        return mapping.segment().byteSize();
    }

    /** A descriptor to map it from, which the caller closes. */
    public Fd duplicate() {
        return fd.duplicate();
    }

    @Override
    public void close() {
        mapping.close();
        fd.close();
    }
}
