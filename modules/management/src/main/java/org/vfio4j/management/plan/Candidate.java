/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.rule.Facts;

/**
 * A device that is to be planned.
 *
 * @param probe what it can do
 * @param apiOrNull its type's {@code device_api}, such as {@code vfio-pci}; null if it is not known
 * @param socketOrNull the vfio-user socket it is served on; null for a device of the kernel
 * @param more what else is known of it, for rules: what a domain XML asks for it
 */
public record Candidate(
        DeviceProbe probe,
        @Nullable String apiOrNull,
        @Nullable String socketOrNull,
        Facts more) {
    /** A device of the kernel whose interface is what its kind has. */
    public Candidate(DeviceProbe probe) {
        this(probe, null, null, Facts.none());
    }

    /** Its name on the host. */
    public String name() {
        return probe.device().name();
    }

    public Optional<String> socket() {
        return Optional.ofNullable(socketOrNull);
    }

    /** {@code vfio-pci}, {@code vfio-ccw}, {@code vfio-ap} or {@code vfio-platform}. */
    public String api() {
        if (apiOrNull != null) {
            return apiOrNull;
        }
        return switch (probe.device().kind()) {
            case MDEV, PCI, VFIO_USER -> "vfio-pci";
            case PLATFORM -> "vfio-platform";
        };
    }

    /** {@code mdev}, {@code pci}, {@code platform}, or {@code vfio-user} for a device on a socket, for rules. */
    public String kind() {
        return socketOrNull == null ? probe.device().kind().word() : "vfio-user";
    }
}
