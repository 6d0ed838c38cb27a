/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.uapi.VfioCapability;
import org.vfio4j.linux.uapi.VfioRegion;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionInfo;

/** The answer to DEVICE_GET_REGION_INFO: {@code vfio_region_info} and the chain of capabilities behind it. */
final class RegionMessage {
    /** Bytes of the part that every answer has. */
    static final int FIXED = (int) VfioRegion.INFO.size();

    /** Where a request names the region. */
    static final int INDEX = (int) VfioRegion.INFO_INDEX.offset();

    private static final int HEADER = (int) VfioCapability.HEADER.size();
    private static final long PAGE_MASK = 4095;

    private RegionMessage() {}

    /** Whether a client could map all of what the region offers: pages only. */
    static boolean canBeMapped(RegionInfo info) {
        return !info.mappable().isEmpty()
                && info.mappable().stream().allMatch(area -> ((area.offset() | area.size()) & PAGE_MASK) == 0);
    }

    /** The region as one that is reached by messages only. */
    static RegionInfo withoutFile(RegionInfo info) {
        List<RegionCapability> others = info.capabilities().stream()
                .filter(capability -> !(capability instanceof RegionCapability.SparseMmap))
                .toList();
        return new RegionInfo(info.index(), info.flags() & ~RegionInfo.MMAP, info.size(), others);
    }

    /** How long the whole answer is, in bytes. */
    static int size(RegionInfo info) {
        return FIXED
                + info.capabilities().stream().mapToInt(RegionMessage::size).sum();
    }

    /**
     * Writes the answer, as much of it as fits.
     *
     * @param argsz how long it may be; if the capabilities do not fit, the fixed part says how long it would have to be
     * @return how long it is
     */
    static int write(MemorySegment answer, RegionInfo info, long fileOffset, long argsz) {
        int size = size(info);
        boolean whole = size <= argsz;
        boolean chain = whole && !info.capabilities().isEmpty();
        int flags = info.capabilities().isEmpty() ? info.flags() & ~RegionInfo.CAPS : info.flags() | RegionInfo.CAPS;
        VfioRegion.INFO_ARGSZ.set(answer, size);
        VfioRegion.INFO_FLAGS.set(answer, flags);
        VfioRegion.INFO_INDEX.set(answer, info.index());
        VfioRegion.INFO_CAP_OFFSET.set(answer, chain ? FIXED : 0);
        VfioRegion.INFO_SIZE.set(answer, info.size());
        VfioRegion.INFO_OFFSET.set(answer, fileOffset);
        if (!whole) {
            return FIXED;
        }
        int at = FIXED;
        for (int i = 0; i < info.capabilities().size(); i++) {
            RegionCapability capability = info.capabilities().get(i);
            int next = at + size(capability);
            boolean last = i == info.capabilities().size() - 1;
            write(answer.asSlice(at, next - (long) at), capability, last ? 0 : next);
            at = next;
        }
        return size;
    }

    /** Reads an answer, whose bytes may be anything but are at least {@link #FIXED}. */
    static RegionInfo read(int index, MemorySegment answer) {
        int flags = VfioRegion.INFO_FLAGS.get(answer);
        List<RegionCapability> capabilities =
                (flags & RegionInfo.CAPS) == 0 ? List.of() : RegionCapability.readChain(answer);
        return new RegionInfo(index, flags, VfioRegion.INFO_SIZE.get(answer), capabilities);
    }

    private static int size(RegionCapability capability) {
        return switch (capability) {
            case RegionCapability.SparseMmap sparse ->
                (int) (VfioRegion.SPARSE_MMAP.size() + sparse.areas().size() * VfioRegion.SPARSE_AREA.size());
            case RegionCapability.Type _ -> (int) VfioRegion.CAP_TYPE.size();
            case RegionCapability.MsixMappable _, RegionCapability.Other _ -> HEADER;
        };
    }

    private static void write(MemorySegment at, RegionCapability capability, int next) {
        at.fill((byte) 0);
        VfioCapability.HEADER_VERSION.set(at, 1);
        VfioCapability.HEADER_NEXT.set(at, next);
        switch (capability) {
            case RegionCapability.SparseMmap(List<RegionCapability.Area> areas) -> {
                VfioCapability.HEADER_ID.set(at, VfioRegion.VFIO_REGION_INFO_CAP_SPARSE_MMAP);
                VfioRegion.SPARSE_MMAP_NR_AREAS.set(at, areas.size());
                for (int i = 0; i < areas.size(); i++) {
                    MemorySegment area = VfioRegion.SPARSE_AREA.slice(
                            at, VfioRegion.SPARSE_MMAP.size() + i * VfioRegion.SPARSE_AREA.size());
                    VfioRegion.SPARSE_AREA_OFFSET.set(area, areas.get(i).offset());
                    VfioRegion.SPARSE_AREA_SIZE.set(area, areas.get(i).size());
                }
            }
            case RegionCapability.Type(int type, int subtype) -> {
                VfioCapability.HEADER_ID.set(at, VfioRegion.VFIO_REGION_INFO_CAP_TYPE);
                VfioRegion.CAP_TYPE_TYPE.set(at, type);
                VfioRegion.CAP_TYPE_SUBTYPE.set(at, subtype);
            }
            case RegionCapability.MsixMappable() ->
                VfioCapability.HEADER_ID.set(at, VfioRegion.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE);
            case RegionCapability.Other(int id, int version) -> {
                VfioCapability.HEADER_ID.set(at, id);
                VfioCapability.HEADER_VERSION.set(at, version);
            }
        }
    }
}
