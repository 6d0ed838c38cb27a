/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a device is given to a virtual machine.
 *
 * @param candidate the device
 * @param display whether its picture is a console of the machine
 * @param ramfb whether that console shows the firmware too
 * @param resolutionOrNull the size that its EDID asks the guest for first
 * @param properties more of QEMU's properties for it, by their names
 */
public record PlannedDevice(
        Candidate candidate,
        boolean display,
        boolean ramfb,
        @Nullable Resolution resolutionOrNull,
        Map<String, String> properties) {
    public PlannedDevice {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    public Optional<Resolution> resolution() {
        return Optional.ofNullable(resolutionOrNull);
    }

    /** QEMU's device. */
    public String driver() {
        if (candidate.socket().isPresent()) {
            return "vfio-user-pci";
        }
        return candidate.api().equals("vfio-pci") && ramfb ? "vfio-pci-nohotplug" : candidate.api();
    }
}
