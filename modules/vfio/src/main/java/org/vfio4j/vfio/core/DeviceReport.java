/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

/** What a device tells the core while it lives; a vendor driver gets one for each device it makes. Safe for use by many threads. */
public interface DeviceReport {
    /** For devices that nobody listens to. */
    DeviceReport NOBODY = version -> {};

    /**
     * The guest's driver has told its version, or with an empty one that it is gone. Shown as {@code guest_driver_version}.
     *
     * @param version from the guest, so it may be anything
     * @throws org.vfio4j.vfio.VfioException EINVAL if it is longer than 255 characters or has others than printable ASCII; what was shown stays
     */
    void guestDriverVersion(String version);
}
