/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.util.List;

/**
 * What a host has.
 *
 * @param parents of mediated devices, by name
 * @param devices mediated devices first, then PCI, then platform, each by name, or as they were made where the host knows
 * @param findings what was strange on the way
 */
public record Inventory(List<MdevParent> parents, List<HostDevice> devices, List<Finding> findings) {
    public Inventory {
        parents = List.copyOf(parents);
        devices = List.copyOf(devices);
        findings = List.copyOf(findings);
    }
}
