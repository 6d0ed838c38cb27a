/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A device of an IOMMU group that VFIO does not serve.
 *
 * @param bus it is on
 * @param name dev_name
 * @param driverOrNull what is bound to it, null for nothing
 */
public record GroupMember(Bus bus, String name, @Nullable String driverOrNull) {
    /** Drivers that leave DMA alone: {@code driver_managed_dma} of Linux's pci-stub and PCI port drivers. */
    private static final Set<String> HARMLESS = Set.of("pci-stub", "pcieport");

    public Optional<String> driver() {
        return Optional.ofNullable(driverOrNull);
    }

    /** Whether the group is viable with it. */
    boolean leavesDmaAlone() {
        return driver().map(HARMLESS::contains).orElse(true);
    }
}
