/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.util.List;
import org.vfio4j.linux.uapi.VfioRegion;

/** One capability of a region, as the chain of VFIO_DEVICE_GET_REGION_INFO has them. */
public sealed interface RegionCapability {

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
