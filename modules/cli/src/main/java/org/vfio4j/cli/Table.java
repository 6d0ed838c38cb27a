/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table for people: columns as wide as their widest cell, two spaces between them, nothing cut. */
final class Table {
    private final List<List<Cell>> rows = new ArrayList<>();
    private final int[] widths;

    /** A cell and how it is shown. */
    record Cell(String text, Style style) {
        Cell {
            text = Terminal.printable(text);
        }
    }

    Table(String... headings) {
        widths = new int[headings.length];
        add(Arrays.stream(headings).map(h -> new Cell(h, Style.HEADING)).toArray(Cell[]::new));
    }

    Table row(String... cells) {
        return row(Arrays.stream(cells).map(c -> new Cell(c, Style.PLAIN)).toArray(Cell[]::new));
    }

    Table row(Cell... cells) {
        if (cells.length != widths.length) {
            throw new IllegalArgumentException(cells.length + " cells for " + widths.length + " columns");
        }
        add(cells);
        return this;
    }

    void print(Terminal terminal) {
        for (List<Cell> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                Cell cell = row.get(i);
                line.append(cell.style().apply(cell.text(), terminal.color()));
                if (i < widths.length - 1) {
                    line.repeat(' ', widths[i] - width(cell.text()) + 2);
                }
            }
            terminal.out().println(line.toString().stripTrailing());
        }
    }

    private void add(Cell... cells) {
        rows.add(List.of(cells));
        for (int i = 0; i < cells.length; i++) {
            widths[i] = Math.max(widths[i], width(cells[i].text()));
        }
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
