/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.List;

/**
 * The entries of a directory.
 *
 * @param names sorted; every one printable ASCII, without a slash, at most {@link Root#MAX_NAME} bytes
 * @param findings entries skipped for their names, and whether the bound was met
 */
public record Listing(List<String> names, List<TreeFinding> findings) {
    public Listing {
        names = List.copyOf(names);
        findings = List.copyOf(findings);
    }
}
