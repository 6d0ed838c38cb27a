/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/** Numbers as sysfs names and takes them. */
final class Numbers {
    private static final Pattern DECIMAL = Pattern.compile("0|[1-9][0-9]{0,8}");
    private static final Pattern UNSIGNED =
            Pattern.compile("\\+?(0[xX](?<hex>[0-9a-fA-F]+)|0(?<octal>[0-7]*)|(?<decimal>[1-9][0-9]*))\n?");

    private Numbers() {}

    /** A number as the kernel prints one in a name; empty for what it would not print so. */
    static Optional<Integer> decimal(String name) {
        return DECIMAL.matcher(name).matches() ? Optional.of(Integer.parseInt(name)) : Optional.empty();
    }

    /** The number behind a prefix, as in {@code vfio3}. */
    static Optional<Integer> decimal(String prefix, String name) {
        return name.startsWith(prefix) ? decimal(name.substring(prefix.length())) : Optional.empty();
    }

    /**
     * A written number: kstrtoul of lib/kstrtox.c with base 0.
     *
     * @throws VfioException EINVAL for what is none, ERANGE for one of more than 64 bits
     */
    static long unsigned(byte[] written) {
        var matcher = UNSIGNED.matcher(new String(written, StandardCharsets.ISO_8859_1));
        if (!matcher.matches()) {
            throw new VfioException(Errno.EINVAL, "no number");
        }
        try {
            String hex = matcher.group("hex");
            String octal = matcher.group("octal");
            String decimal = matcher.group("decimal");
            return hex != null
                    ? Long.parseUnsignedLong(hex, 16)
                    : octal != null ? Long.parseUnsignedLong("0" + octal, 8) : Long.parseUnsignedLong(decimal);
        } catch (NumberFormatException e) {
            throw new VfioException(Errno.ERANGE, "a number of more than 64 bits");
        }
    }
}
