/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionInfo;

/** A region made of registers: configuration space, a BAR, or a device-specific region with capabilities. */
public final class RegisterRegion implements Region {
    private final RegionInfo info;
    private final RegisterSet registers;
    private final int widest;

    private RegisterRegion(RegionInfo info, RegisterSet registers, int widest) {
        this.info = info;
        this.registers = registers;
        this.widest = widest;
    }

    /** A region without capabilities whose accesses are at most 4 bytes wide: a wider one is several. */
    public static RegisterRegion of(int index, RegisterSet registers) {
        return of(index, registers, Integer.BYTES, List.of());
    }

    /**
     * A region with capabilities.
     *
     * @param widest access that reaches the registers as one: 1, 2, 4 or 8 bytes
     */
    public static RegisterRegion of(int index, RegisterSet registers, int widest, List<RegionCapability> capabilities) {
        int flags = RegionInfo.READ | RegionInfo.WRITE | (capabilities.isEmpty() ? 0 : RegionInfo.CAPS);
        return new RegisterRegion(new RegionInfo(index, flags, registers.size(), capabilities), registers, widest);
    }

    @Override
    public RegionInfo info() {
        return info;
    }

    @Override
    public void read(long offset, MemorySegment into, int count) {
        AccessSplitter.read(registers, Math.toIntExact(offset), into, count, widest);
    }

    @Override
    public void write(long offset, MemorySegment from, int count) {
        AccessSplitter.write(registers, Math.toIntExact(offset), from, count, widest);
    }

    @Override
    public void reset() {
        registers.reset();
    }
}
