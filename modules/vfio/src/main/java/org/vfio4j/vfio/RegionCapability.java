/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.uapi.CapabilityChain;
import org.vfio4j.linux.uapi.VfioRegion;

/** One capability of a region, as the chain of VFIO_DEVICE_GET_REGION_INFO has them. */
public sealed interface RegionCapability {
    /**
     * Reads the chain behind a {@code vfio_region_info}, whose bytes may be anything.
     *
     * @param answer the structure and all that came behind it
     * @throws org.vfio4j.linux.MalformedException if the chain breaks its format
     */
    static List<RegionCapability> readChain(MemorySegment answer) {
        return CapabilityChain.read(VfioRegion.INFO, answer).stream()
                .map(RegionCapability::read)
                .toList();
    }

    private static RegionCapability read(CapabilityChain.Capability capability) {
        return switch (capability.id()) {
            case VfioRegion.VFIO_REGION_INFO_CAP_SPARSE_MMAP -> readSparse(capability);
            case VfioRegion.VFIO_REGION_INFO_CAP_TYPE -> {
                MemorySegment type = capability.as(VfioRegion.CAP_TYPE);
                yield new Type(VfioRegion.CAP_TYPE_TYPE.get(type), VfioRegion.CAP_TYPE_SUBTYPE.get(type));
            }
            case VfioRegion.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE -> new MsixMappable();
            default -> new Other(capability.id(), capability.version());
        };
    }

    private static SparseMmap readSparse(CapabilityChain.Capability capability) {
        long count = VfioRegion.SPARSE_MMAP_NR_AREAS.unsigned(capability.as(VfioRegion.SPARSE_MMAP));
        return new SparseMmap(capability.elements(VfioRegion.SPARSE_MMAP, count, VfioRegion.SPARSE_AREA).stream()
                .map(area -> new Area(VfioRegion.SPARSE_AREA_OFFSET.get(area), VfioRegion.SPARSE_AREA_SIZE.get(area)))
                .toList());
    }

    /** {@code VFIO_REGION_INFO_CAP_SPARSE_MMAP} (1): only these areas can be mapped. */
    record SparseMmap(List<Area> areas) implements RegionCapability {
        public SparseMmap {
            areas = List.copyOf(areas);
        }
    }

    /**
     * {@code VFIO_REGION_INFO_CAP_TYPE} (2): what a device-specific region is for.
     *
     * @param type {@link #GFX}, or with bit 31 a PCI vendor's own
     * @param subtype within the type, such as {@link #GFX_EDID}
     */
    record Type(int type, int subtype) implements RegionCapability {
        /** {@code VFIO_REGION_TYPE_GFX}. */
        public static final int GFX = VfioRegion.VFIO_REGION_TYPE_GFX;

        /** {@code VFIO_REGION_SUBTYPE_GFX_EDID}. */
        public static final int GFX_EDID = VfioRegion.VFIO_REGION_SUBTYPE_GFX_EDID;

        /** True for the region through which a display's EDID is set. */
        public boolean isEdid() {
            return type == GFX && subtype == GFX_EDID;
        }
    }

    /** {@code VFIO_REGION_INFO_CAP_MSIX_MAPPABLE} (3): the MSI-X table may be mapped with the rest. */
    record MsixMappable() implements RegionCapability {}

    /** A capability this library gives no meaning to. */
    record Other(int id, int version) implements RegionCapability {}

    /**
     * A part of a region.
     *
     * @param offset from the region's start, in bytes
     * @param size in bytes
     */
    record Area(long offset, long size) {}
}
