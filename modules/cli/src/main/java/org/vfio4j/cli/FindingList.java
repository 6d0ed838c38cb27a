/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import org.vfio4j.management.host.Finding;

/** Findings for people, below a table. */
final class FindingList {
    private FindingList() {}

    static void print(Terminal terminal, List<Finding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        terminal.out().println();
        for (Finding finding : findings) {
            terminal.out()
                    .println(finding.severity().word() + " " + finding.id() + ": "
                            + Terminal.printable(finding.subject()) + ": " + Terminal.printable(finding.text()));
            if (!finding.remedy().isEmpty()) {
                terminal.out().println("  " + Terminal.printable(finding.remedy()));
            }
        }
    }
}
