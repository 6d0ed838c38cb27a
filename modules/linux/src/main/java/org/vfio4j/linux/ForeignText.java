/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

/** Text that others wrote, as it is shown or passed on: of a bounded length, and without what a terminal, a log or a message would stumble over. */
public final class ForeignText {
    private static final String CUT = "...";

    private ForeignText() {}

    /** The text, or its first {@code most} chars and three dots; no character is cut in two. */
    public static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        boolean splits = most > 0 && Character.isSurrogatePair(text.charAt(most - 1), text.charAt(most));
        return text.substring(0, splits ? most - 1 : most) + CUT;
    }

    /** One line of at most {@code most} chars and three dots: control characters and halves of characters are spaces. */
    public static String line(String text, int most) {
        return cut(
                text.codePoints()
                        .limit(most + 1L)
                        .map(c -> isNoText(c) ? ' ' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString(),
                most);
    }

    /** In printable ASCII, everything else as {@code \\u001b}: all of it, or as much as fits into {@code most} chars, and three dots. */
    public static String ascii(String text, int most) {
        if (text.length() <= most && isAscii(text)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            String piece = isPrintableAscii(c) ? String.valueOf(c) : String.format("\\u%04x", (int) c);
            if (shown.length() + piece.length() > most) {
                return shown.append(CUT).toString();
            }
            shown.append(piece);
        }
        return shown.toString();
    }

    /** Whether it is nothing but printable ASCII. */
    public static boolean isAscii(String text) {
        return text.chars().allMatch(ForeignText::isPrintableAscii);
    }

    private static boolean isPrintableAscii(int c) {
        return c >= ' ' && c <= '~';
    }

    private static boolean isNoText(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE;
    }
}
