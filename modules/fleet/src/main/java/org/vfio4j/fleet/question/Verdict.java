/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.List;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.preflight.Preflight;

/** Whether a device can go somewhere, by what preflight found; the better ones first. */
public enum Verdict {
    /** Nothing stands in the way. */
    YES("yes"),
    /** Only what is not known does. */
    UNKNOWN("unknown"),
    /** It would fit if there were room. */
    FULL("full"),
    /** It does not fit. */
    NO("no");

    private static final List<String> ROOM = List.of("destination-full", "destination-device-busy");

    private final String word;

    Verdict(String word) {
        this.word = word;
    }

    /** How JSON and tables spell it. */
    public String word() {
        return word;
    }

    /** What findings come to. */
    static Verdict of(List<Finding> findings) {
        Verdict verdict = YES;
        for (Finding finding : findings) {
            if (finding.severity() == Finding.Severity.BLOCKER) {
                Verdict one =
                        ROOM.contains(finding.id()) ? FULL : finding.id().endsWith(Preflight.UNKNOWN) ? UNKNOWN : NO;
                verdict = one.compareTo(verdict) > 0 ? one : verdict;
            }
        }
        return verdict;
    }
}
