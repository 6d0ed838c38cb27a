/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_GET_REGION_INFO;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.linux.uapi.VfioRegion;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionInfo;

/**
 * A region as the kernel describes it.
 *
 * @param info what the contract shows
 * @param offset where the region begins in the device's file
 */
record KernelRegion(RegionInfo info, long offset) {
    /** More than any driver's capabilities take. */
    private static final int MAX_ARGSZ = 1 << 16;

    /**
     * Asks in two steps, with the structure alone and then with the size that the kernel says it needs: some drivers refuse an argsz that is
     * larger than that.
     */
    static KernelRegion query(Fd device, int index) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = VfioRegion.INFO.request(arena);
            VfioRegion.INFO_INDEX.set(answer, index);
            VFIO_DEVICE_GET_REGION_INFO.call(device, answer);
            long needed = VfioRegion.INFO_ARGSZ.unsigned(answer);
            if (needed > answer.byteSize()) {
                if (needed > MAX_ARGSZ) {
                    throw new MalformedException("region " + index + " of " + device.subject() + ": argsz " + needed);
                }
                answer = VfioRegion.INFO.request(arena, needed - VfioRegion.INFO.size());
                VfioRegion.INFO_INDEX.set(answer, index);
                VFIO_DEVICE_GET_REGION_INFO.call(device, answer);
            }
            return read(index, answer);
        }
    }

    /** Reads an answer of GET_REGION_INFO, whose bytes may be anything. */
    static KernelRegion read(int index, MemorySegment answer) {
        int flags = VfioRegion.INFO_FLAGS.get(answer);
        List<RegionCapability> capabilities =
                (flags & RegionInfo.CAPS) == 0 ? List.of() : RegionCapability.readChain(answer);
        return new KernelRegion(
                new RegionInfo(index, flags, VfioRegion.INFO_SIZE.get(answer), capabilities),
                VfioRegion.INFO_OFFSET.get(answer));
    }
}
