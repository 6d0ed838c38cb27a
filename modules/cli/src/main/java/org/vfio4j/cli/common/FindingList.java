/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.util.Comparator;
import java.util.List;
import org.vfio4j.management.host.Finding;

/** Findings for people, below a table, the worst first. */
public final class FindingList {
    private FindingList() {}

    /** Beside an output that others read: to standard error. */
    public static void explain(Terminal terminal, List<Finding> findings) {
        Terminal aside = new Terminal(terminal.err(), terminal.err(), false);
        worstFirst(findings).forEach(finding -> print(aside, finding));
        aside.err().flush();
    }

    public static void print(Terminal terminal, List<Finding> findings) {
        for (Finding finding : worstFirst(findings)) {
            terminal.out().println();
            print(terminal, finding);
        }
    }

    private static List<Finding> worstFirst(List<Finding> findings) {
        return findings.stream()
                .sorted(Comparator.comparing(Finding::severity).reversed())
                .toList();
    }

    private static void print(Terminal terminal, Finding finding) {
        terminal.out()
                .println(Terminal.printable(finding.severity().word() + ": " + finding.subject() + ": " + finding.text()
                        + " [" + finding.id() + "]"));
        if (!finding.remedy().isEmpty()) {
            terminal.entry("to do", finding.remedy());
        }
    }
}
