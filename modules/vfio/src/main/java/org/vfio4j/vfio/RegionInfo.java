/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.uapi.VfioIndex;
import org.vfio4j.linux.uapi.VfioRegion;

/**
 * What VFIO_DEVICE_GET_REGION_INFO answers, but for the offset in the device's file, which is its implementer's own.
 *
 * @param index the region's index
 * @param flags the VFIO_REGION_INFO_FLAG_* bits, unknown ones kept
 * @param size in bytes; 0 if the device has no such region
 * @param capabilities what the capability chain said, in its order
 */
public record RegionInfo(int index, int flags, long size, List<RegionCapability> capabilities) {
    /** {@code VFIO_REGION_INFO_FLAG_READ}. */
    public static final int READ = VfioRegion.VFIO_REGION_INFO_FLAG_READ;

    /** {@code VFIO_REGION_INFO_FLAG_WRITE}. */
    public static final int WRITE = VfioRegion.VFIO_REGION_INFO_FLAG_WRITE;

    /** {@code VFIO_REGION_INFO_FLAG_MMAP}: {@link VfioDevice#regionFile} answers. */
    public static final int MMAP = VfioRegion.VFIO_REGION_INFO_FLAG_MMAP;

    /** {@code VFIO_REGION_INFO_FLAG_CAPS}: there are capabilities. */
    public static final int CAPS = VfioRegion.VFIO_REGION_INFO_FLAG_CAPS;

    /** {@code VFIO_PCI_BAR0_REGION_INDEX} to {@code VFIO_PCI_NUM_REGIONS} of linux/vfio.h. */
    public static final int PCI_BAR0 = VfioIndex.VFIO_PCI_BAR0_REGION_INDEX;

    public static final int PCI_BAR1 = VfioIndex.VFIO_PCI_BAR1_REGION_INDEX;
    public static final int PCI_BAR2 = VfioIndex.VFIO_PCI_BAR2_REGION_INDEX;
    public static final int PCI_BAR5 = VfioIndex.VFIO_PCI_BAR5_REGION_INDEX;
    public static final int PCI_ROM = VfioIndex.VFIO_PCI_ROM_REGION_INDEX;
    public static final int PCI_CONFIG = VfioIndex.VFIO_PCI_CONFIG_REGION_INDEX;
    public static final int PCI_VGA = VfioIndex.VFIO_PCI_VGA_REGION_INDEX;
    public static final int PCI_REGIONS = VfioIndex.VFIO_PCI_NUM_REGIONS;

    public RegionInfo {
        capabilities = List.copyOf(capabilities);
    }

    /** A region without capabilities. */
    public RegionInfo(int index, int flags, long size) {
        this(index, flags, size, List.of());
    }

    public boolean has(int flag) {
        return (flags & flag) == flag;
    }

    /** The region's type, if it has one: a device-specific region tells its meaning by it. */
    public Optional<RegionCapability.Type> type() {
        return capabilities.stream()
                .filter(RegionCapability.Type.class::isInstance)
                .map(RegionCapability.Type.class::cast)
                .findFirst();
    }

    /** The parts that can be mapped: the sparse areas where the region names them, else all of it, or none without {@link #MMAP}. */
    public List<RegionCapability.Area> mappable() {
        if (!has(MMAP) || size == 0) {
            return List.of();
        }
        return capabilities.stream()
                .filter(RegionCapability.SparseMmap.class::isInstance)
                .map(c -> ((RegionCapability.SparseMmap) c).areas())
                .findFirst()
                .orElseGet(() -> List.of(new RegionCapability.Area(0, size)));
    }
}
