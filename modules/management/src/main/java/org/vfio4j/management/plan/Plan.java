/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.List;
import org.vfio4j.management.host.Finding;

/**
 * The configuration that works, and why it is so; or why there is none.
 *
 * @param vm the machine it is for
 * @param devices in the order they were named
 * @param consoles that the machine needs, those that it keeps among them
 * @param withoutVideo whether its emulated video device is to go, because a device shows the firmware's screen too
 * @param sharesMemory whether its memory must be shared, so that a device's process can map it
 * @param findings of the rules
 */
public record Plan(
        VmFacts vm,
        List<PlannedDevice> devices,
        List<Console> consoles,
        boolean withoutVideo,
        boolean sharesMemory,
        List<Finding> findings) {
    public Plan {
        devices = List.copyOf(devices);
        consoles = List.copyOf(consoles);
        findings = List.copyOf(findings);
    }

    /** Whether it would start: no rule blocks it. */
    public boolean works() {
        return findings.stream().noneMatch(finding -> finding.severity() == Finding.Severity.BLOCKER);
    }
}
