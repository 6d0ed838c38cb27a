/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.OptionalInt;
import org.vfio4j.linux.ForeignText;

/** The names that the kernel gives in sysfs: what is accepted as one, and how any other string is shown. */
final class Names {
    private static final int SHOWN = 200;

    private Names() {}

    /**
     * Whether {@code name} can be an entry's name: printable ASCII, no slash, neither {@code .} nor {@code ..}, at most
     * {@link Root#MAX_NAME} bytes. ASCII makes the answer the same in every locale that Java is started with.
     */
    static boolean valid(String name) {
        return !name.isEmpty()
                && name.length() <= Root.MAX_NAME
                && ForeignText.isAscii(name)
                && name.indexOf('/') < 0
                && !name.equals(".")
                && !name.equals("..");
    }

    /** Whether {@code text} can be a symbolic link's target: printable ASCII, shorter than PATH_MAX of linux/limits.h. */
    static boolean validTarget(String text) {
        return !text.isEmpty() && text.length() < Root.MAX_PATH && ForeignText.isAscii(text);
    }

    /** {@code text} in printable ASCII, everything else as {@code \\u001b}, long ones cut: safe on a terminal and in a log. */
    static String printable(String text) {
        return ForeignText.ascii(text, SHOWN);
    }

    /** An unsigned decimal number, digits only, that an int holds. */
    static OptionalInt decimal(String text) {
        // Ten digits are the most an int has; a longer row of zeros is nothing the kernel prints.
        if (text.isEmpty() || text.length() > 10 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return OptionalInt.empty();
        }
        long number = Long.parseLong(text);
        return number > Integer.MAX_VALUE ? OptionalInt.empty() : OptionalInt.of((int) number);
    }

    /** A hexadecimal number as PCI's id attributes print it, {@code 0x} and up to seven digits. */
    static OptionalInt hexadecimal(String text) {
        if (!text.startsWith("0x") || text.length() < 3 || text.length() > 9) {
            return OptionalInt.empty();
        }
        String digits = text.substring(2);
        return digits.chars().allMatch(c -> Character.digit(c, 16) >= 0 && c < 0x80)
                ? OptionalInt.of(Integer.parseInt(digits, 16))
                : OptionalInt.empty();
    }

    /** The last component of a path or a link's target. */
    static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
