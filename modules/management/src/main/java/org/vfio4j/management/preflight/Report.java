/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.List;
import org.vfio4j.management.host.Finding;

/**
 * What a check found.
 *
 * @param findings in the order of the devices, the whole machine's last
 * @param devices which become which, as far as there is a place for them
 * @param downtime an estimate
 */
public record Report(List<Finding> findings, List<DeviceMapping> devices, Downtime downtime) {
    public Report {
        findings = List.copyOf(findings);
        devices = List.copyOf(devices);
    }

    /** Whether something keeps them from moving. */
    public boolean isBlocked() {
        return findings.stream().anyMatch(finding -> finding.severity() == Finding.Severity.BLOCKER);
    }
}
