/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

/** How a cell is shown on a terminal with colours. */
public enum Style {
    PLAIN(""),
    HEADING("\u001b[1m"),
    NAME("\u001b[33m"),
    GOOD("\u001b[32m"),
    FAINT("\u001b[2m"),
    WARNING("\u001b[33m");

    private static final String RESET = "\u001b[0m";

    private final String on;

    Style(String on) {
        this.on = on;
    }

    /** The text in this style, or plain where there is no colour. */
    public String apply(String text, boolean color) {
        return color && this != PLAIN && !text.isBlank() ? on + text + RESET : text;
    }
}
