/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;

/** A region that is memory, which the user maps: a framebuffer BAR, a display region. Closing the region closes the memory. */
public final class MemoryRegion implements Region {
    private final RegionInfo info;
    private final SharedMemory memory;

    private MemoryRegion(RegionInfo info, SharedMemory memory) {
        this.info = info;
        this.memory = memory;
    }

    /** A region that shows all of {@code memory}. */
    public static MemoryRegion of(int index, SharedMemory memory) {
        int flags = RegionInfo.READ | RegionInfo.WRITE | RegionInfo.MMAP;
        return new MemoryRegion(new RegionInfo(index, flags, memory.size()), memory);
    }

    @Override
    public RegionInfo info() {
        return info;
    }

    @Override
    public void read(long offset, MemorySegment into, int count) {
        MemorySegment.copy(memory.segment(), offset, into, 0, count);
    }

    @Override
    public void write(long offset, MemorySegment from, int count) {
        MemorySegment.copy(from, 0, memory.segment(), offset, count);
    }

    @Override
    public Optional<RegionFile> file() {
        return Optional.of(new RegionFile(memory.duplicate(), 0));
    }

    @Override
    public void close() {
        memory.close();
    }
}
