/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.List;
import java.util.Optional;

/**
 * What one pass over a part of the tree brought, and the bad news met on the way.
 *
 * @param items in the order that their docstring states
 * @param findings in the order they were met, at most {@link #MAX_FINDINGS} and one more that says so
 */
public record Scan<T>(List<T> items, List<TreeFinding> findings) {
    public static final int MAX_FINDINGS = 1000;

    public Scan {
        items = List.copyOf(items);
        findings = List.copyOf(findings);
    }

    /** The one item of a look-up, if it is there. */
    public Optional<T> first() {
        return items.isEmpty() ? Optional.empty() : Optional.of(items.getFirst());
    }
}
