/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A text with gaps: literal pieces that stand in a line in their order. A line is searched once from left to right and nothing is tried twice.
 *
 * @param pieces at least one, none empty
 */
record Pattern(List<String> pieces) {
    /** Fewer literal characters than this would fit lines that have nothing to do with it. */
    private static final int MIN_LITERAL = 12;

    Pattern {
        pieces = List.copyOf(pieces);
    }

    /** The pattern of a text such as {@code Could not open '/dev/vfio/{group}': Permission denied}; empty if it is none. */
    static Optional<Pattern> parse(String text) {
        List<String> pieces = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int open = text.indexOf('{', from);
            int end = open < 0 ? text.length() : open;
            if (end > from) {
                pieces.add(text.substring(from, end));
            }
            int close = open < 0 ? end - 1 : text.indexOf('}', open);
            if (open >= 0 && close < 0) {
                return Optional.empty();
            }
            from = close + 1;
        }
        Pattern pattern = new Pattern(pieces);
        return pattern.literals() < MIN_LITERAL ? Optional.empty() : Optional.of(pattern);
    }

    /** Whether a line has all pieces, in their order. */
    boolean fits(String line) {
        int from = 0;
        for (int i = 0; i < pieces.size(); i++) {
            int at = line.indexOf(pieces.get(i), from);
            if (at < 0) {
                return false;
            }
            from = at + pieces.get(i).length();
        }
        return true;
    }

    /** How many characters have to be there: the more, the more specific. */
    int literals() {
        return pieces.stream().mapToInt(String::length).sum();
    }
}
