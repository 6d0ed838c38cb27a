/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.List;
import org.vfio4j.management.host.Finding;

/**
 * How a device fits a place, in short.
 *
 * @param verdict whether it can go there
 * @param blockers the ids of the rules that say no, each once
 * @param warnings how many more have something to say
 */
public record Fit(Verdict verdict, List<String> blockers, int warnings) {
    public Fit {
        blockers = List.copyOf(blockers);
    }

    static Fit of(List<Finding> findings) {
        return new Fit(
                Verdict.of(findings),
                findings.stream()
                        .filter(f -> f.severity() == Finding.Severity.BLOCKER)
                        .map(Finding::id)
                        .distinct()
                        .toList(),
                (int) findings.stream()
                        .filter(f -> f.severity() == Finding.Severity.WARNING)
                        .count());
    }
}
