/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import org.vfio4j.linux.sysfs.TreeFinding;
import org.vfio4j.linux.sysfs.TreeProblem;

/** What is there to be read, and cannot be. */
final class Unreadable {
    private Unreadable() {}

    static Answer answer(String way, String path, TreeFinding finding) {
        Cause cause = finding.is(TreeProblem.NO_PERMISSION) ? Cause.NO_PERMISSION : Cause.FAILED;
        return new Answer.Unknown(
                way, path + ": " + finding.id(), cause, path + " " + finding.text(), finding.remedy());
    }
}
