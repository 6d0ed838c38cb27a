/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionInfo;

/** Refuses with EIO what a vendor's device cannot truly have answered, before a user computes with it. */
final class AnswerCheck {
    /** The largest region: what a region's place in the device's file leaves, {@code VFIO_PCI_OFFSET_SHIFT} of linux/vfio_pci_core.h. */
    private static final long MAX_REGION = 1L << 40;

    /** More regions or IRQ indexes than any device has; vfio-pci's are 9 and 5 and a few of the device's own. */
    private static final int MAX_INDEXES = 1 << 10;

    /** More vectors than MSI-X has: PCI Local Bus Specification 3.0, 6.8.2. */
    private static final int MAX_VECTORS = 1 << 11;

    private final VendorGuard guard;

    AnswerCheck(VendorGuard guard) {
        this.guard = guard;
    }

    DeviceInfo info(DeviceInfo info) {
        if (outside(info.regions(), MAX_INDEXES) || outside(info.irqs(), MAX_INDEXES)) {
            throw guard.lie(info.regions() + " regions and " + info.irqs() + " IRQ indexes");
        }
        return info;
    }

    RegionInfo region(int index, RegionInfo region) {
        if (region.index() != index || region.size() < 0 || region.size() > MAX_REGION) {
            throw guard.lie(
                    "that region " + index + " is region " + region.index() + " of " + region.size() + " bytes");
        }
        for (RegionCapability.Area area : region.mappable()) {
            if (area.offset() < 0 || area.size() < 0 || area.size() > region.size() - area.offset()) {
                throw guard.lie("that " + area.size() + " bytes at " + area.offset() + " of region " + index
                        + " can be mapped, which has " + region.size());
            }
        }
        return region;
    }

    IrqInfo irq(int index, IrqInfo irq) {
        if (irq.index() != index || outside(irq.count(), MAX_VECTORS)) {
            throw guard.lie("that IRQ index " + index + " is " + irq.index() + " with " + irq.count() + " vectors");
        }
        return irq;
    }

    int count(int moved, long asked) {
        if (moved < 0 || moved > asked) {
            throw guard.lie("that it moved " + moved + " of " + asked + " bytes");
        }
        return moved;
    }

    private static boolean outside(int number, int most) {
        return number < 0 || number > most;
    }
}
