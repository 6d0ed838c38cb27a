/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.util.List;
import java.util.Optional;

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
    public static final int READ = 1;

    /** {@code VFIO_REGION_INFO_FLAG_WRITE}. */
    public static final int WRITE = 2;

    /** {@code VFIO_REGION_INFO_FLAG_MMAP}: {@link VfioDevice#regionFile} answers. */
    public static final int MMAP = 4;

    /** {@code VFIO_REGION_INFO_FLAG_CAPS}: there are capabilities. */
    public static final int CAPS = 8;

    /** {@code VFIO_PCI_BAR0_REGION_INDEX} to {@code VFIO_PCI_NUM_REGIONS} of linux/vfio.h. */
    public static final int PCI_BAR0 = 0;

    public static final int PCI_BAR1 = 1;
    public static final int PCI_BAR2 = 2;
    public static final int PCI_BAR5 = 5;
    public static final int PCI_ROM = 6;
    public static final int PCI_CONFIG = 7;
    public static final int PCI_VGA = 8;
    public static final int PCI_REGIONS = 9;

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
