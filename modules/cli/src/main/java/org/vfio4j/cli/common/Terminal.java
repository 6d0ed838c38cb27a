/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.io.PrintWriter;
import java.util.Map;

/**
 * Where a command prints.
 *
 * @param out for what was asked for
 * @param err for what went wrong
 * @param color whether {@code out} is a terminal that shows colours
 * @param progress whether {@code err} is a terminal on which a line can be written over
 */
public record Terminal(PrintWriter out, PrintWriter err, boolean color, boolean progress) {
    /** Columns of running text; tables are as wide as they need to be. */
    private static final int WIDTH = 100;

    private static final int LABEL = 11;

    /** Where no progress is shown. */
    public Terminal(PrintWriter out, PrintWriter err, boolean color) {
        this(out, err, color, false);
    }

    /** Whether a line on this terminal can be written over. */
    public static boolean showsProgress(boolean terminal, Map<String, String> environment) {
        return terminal && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /**
     * Whether to print in colours: to a terminal that has some, unless the environment has {@code NO_COLOR} (no-color.org: with any value but
     * none).
     */
    public static boolean showsColor(boolean terminal, Map<String, String> environment) {
        return terminal
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /** Says what went wrong and what to do about it. */
    public void error(String what, String remedy) {
        out.flush();
        err.println("vfio: " + printable(what));
        if (!remedy.isEmpty()) {
            paragraph(err, "  ", remedy);
        }
        err.flush();
    }

    /** Prints an indented label and its text, in as many lines as it takes. */
    public void entry(String label, String text) {
        paragraph(out, "  " + label + " ".repeat(Math.max(1, LABEL - 2 - label.length())), text);
    }

    /** Prints the text after {@code lead}, its further lines indented as far. */
    private static void paragraph(PrintWriter to, String lead, String text) {
        StringBuilder line = new StringBuilder(lead);
        boolean begun = false;
        for (String word : printable(text).split(" ", -1)) {
            if (begun && line.length() + 1 + word.length() > WIDTH) {
                to.println(line);
                line.setLength(0);
                line.repeat(' ', lead.length());
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
            begun = true;
        }
        to.println(line);
    }

    /**
     * The text without anything that could steer the terminal or deceive its reader: newlines and tabs are spaces, every other character
     * that has no shape of its own is replaced.
     */
    public static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i))) {
                return replaced(text);
            }
        }
        return text;
    }

    private static String replaced(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == '\n' || c == '\t') {
                safe.append(' ');
            } else {
                safe.appendCodePoint(isShapeless(c) ? '\uFFFD' : c);
            }
        });
        return safe.toString();
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c <= '~';
    }

    private static boolean isShapeless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
