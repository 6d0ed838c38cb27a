/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ForeignText;
import org.vfio4j.management.host.RefusedException;

/** What a host may be called: letters, digits, dots, hyphens and underscores, so that its name can be a key and a file. */
public final class HostNames {
    private static final int MAX = 253;

    private HostNames() {}

    /** Whether a host may be called so. */
    public static boolean isValid(String name) {
        return !name.isEmpty()
                && name.length() <= MAX
                && name.charAt(0) != '.'
                && name.charAt(0) != '-'
                && name.chars().allMatch(HostNames::isAllowed);
    }

    /** The name, or EINVAL. */
    public static String require(String name) {
        if (!isValid(name)) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "no host can be called \"" + ForeignText.ascii(name, 80) + "\" in an inventory",
                    "A name has letters, digits, dots, hyphens and underscores; another can be given with --name.");
        }
        return name;
    }

    private static boolean isAllowed(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '_';
    }
}
