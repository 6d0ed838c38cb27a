/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import java.util.Locale;

/**
 * A PCI device as the guest sees it, with its driver there.
 *
 * @param vendor the vendor's id, 16 bits
 * @param device the device's id, 16 bits
 * @param driverVersion as the guest's system spells it, such as {@code 32.0.15.8088} on Windows
 */
public record GuestDevice(int vendor, int device, String driverVersion) {
    /** The vendor's id, such as {@code 10de}. */
    public String vendorId() {
        return String.format(Locale.ROOT, "%04x", vendor);
    }

    /** Vendor and device, such as {@code 10de:1eb8}. */
    public String pciId() {
        return String.format(Locale.ROOT, "%04x:%04x", vendor, device);
    }
}
