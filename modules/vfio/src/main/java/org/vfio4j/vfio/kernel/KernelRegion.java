/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_GET_REGION_INFO;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.linux.uapi.CapabilityChain;
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
        List<RegionCapability> capabilities = (flags & RegionInfo.CAPS) == 0
                ? List.of()
                : CapabilityChain.read(VfioRegion.INFO, answer).stream()
                        .map(KernelRegion::capability)
                        .toList();
        return new KernelRegion(
                new RegionInfo(index, flags, VfioRegion.INFO_SIZE.get(answer), capabilities),
                VfioRegion.INFO_OFFSET.get(answer));
    }

    private static RegionCapability capability(CapabilityChain.Capability capability) {
        return switch (capability.id()) {
            case VfioRegion.VFIO_REGION_INFO_CAP_SPARSE_MMAP -> sparse(capability);
            case VfioRegion.VFIO_REGION_INFO_CAP_TYPE -> {
                MemorySegment type = capability.as(VfioRegion.CAP_TYPE);
                yield new RegionCapability.Type(
                        VfioRegion.CAP_TYPE_TYPE.get(type), VfioRegion.CAP_TYPE_SUBTYPE.get(type));
            }
            case VfioRegion.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE -> new RegionCapability.MsixMappable();
            default -> new RegionCapability.Other(capability.id(), capability.version());
        };
    }

    private static RegionCapability sparse(CapabilityChain.Capability capability) {
        long count = VfioRegion.SPARSE_MMAP_NR_AREAS.unsigned(capability.as(VfioRegion.SPARSE_MMAP));
        return new RegionCapability.SparseMmap(
                capability.elements(VfioRegion.SPARSE_MMAP, count, VfioRegion.SPARSE_AREA).stream()
                        .map(area -> new RegionCapability.Area(
                                VfioRegion.SPARSE_AREA_OFFSET.get(area), VfioRegion.SPARSE_AREA_SIZE.get(area)))
                        .toList());
    }
}
