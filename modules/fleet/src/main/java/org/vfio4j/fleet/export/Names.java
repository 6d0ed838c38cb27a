/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.export;

import java.util.Locale;

/** Names in the forms that others allow. */
final class Names {
    private static final int LABEL = 63;

    private Names() {}

    /** A DNS label (RFC 1123): what is no letter or digit becomes a hyphen. */
    static String label(String name) {
        String clean = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
        return trim(cut(clean), "-");
    }

    /** A DNS subdomain: labels with dots between. */
    static String subdomain(String name) {
        String clean = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9.-]", "-");
        return trim(clean.replaceAll("[.-]*\\.[.-]*", "."), "-.");
    }

    /** The name or the value of a Kubernetes label: letters, digits, {@code -_.}, the first and the last one of the former. */
    static String word(String text) {
        return trim(cut(text.replaceAll("[^A-Za-z0-9._-]", "-")), "-._");
    }

    /** A text of at most so many characters. */
    static String text(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }

    private static String cut(String text) {
        return text(text, LABEL);
    }

    private static String trim(String text, String edges) {
        int from = 0;
        int to = text.length();
        while (from < to && edges.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && edges.indexOf(text.charAt(to - 1)) >= 0) {
            to--;
        }
        return from == to ? "x" : text.substring(from, to);
    }
}
