/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.Finding;

/**
 * Where a device could be.
 *
 * @param host its name
 * @param parentOrNull on which it would be made; null for a device that is there
 * @param fit how it fits
 * @param leftAfter how many more of it there could be then
 * @param shrinking other types that shrink by it, in words
 * @param findings all that preflight says; none for a device that is new
 */
public record Place(
        String host,
        @Nullable String parentOrNull,
        Fit fit,
        int leftAfter,
        List<String> shrinking,
        List<Finding> findings) {
    public Place {
        shrinking = List.copyOf(shrinking);
        findings = List.copyOf(findings);
    }
}
