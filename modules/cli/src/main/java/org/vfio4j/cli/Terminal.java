/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.io.PrintWriter;

/**
 * Where a command prints.
 *
 * @param out for what was asked for
 * @param err for what went wrong
 * @param color whether {@code out} is a terminal that shows colours
 */
record Terminal(PrintWriter out, PrintWriter err, boolean color) {

    /** Says what went wrong and what to do about it. */
    void error(String what, String remedy) {
        err.println("vfio: " + printable(what));
        if (!remedy.isEmpty()) {
            err.println("  " + printable(remedy));
        }
        err.flush();
    }

    /** The text with every control character replaced, so that a name from a device cannot steer the terminal. */
    static String printable(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length());
        text.chars().forEach(c -> safe.append(Character.isISOControl(c) ? '\uFFFD' : (char) c));
        return safe.toString();
    }
}
