/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.common;

import java.util.ArrayList;
import java.util.List;

/** A table for people: columns as wide as their widest cell, two spaces between them, nothing cut. */
public final class Table {
    private final List<Cell[]> rows = new ArrayList<>();
    private final int[] widths;
    private boolean sections;

    /** A cell and how it is shown. */
    public record Cell(String text, Style style) {
        public Cell {
            text = Terminal.printable(text);
        }
    }

    public Table(String... headings) {
        widths = new int[headings.length];
        add(cells(headings, Style.HEADING));
    }

    public Table row(String... cells) {
        return row(cells(cells, Style.PLAIN));
    }

    public Table row(Cell... cells) {
        if (cells.length != widths.length) {
            throw new IllegalArgumentException(cells.length + " cells for " + widths.length + " columns");
        }
        add(cells);
        return this;
    }

    /** A line over all columns, to which the rows after it belong; rows are indented then. */
    public Table section(String text) {
        rows.add(new Cell[] {new Cell(text, Style.PLAIN)});
        sections = true;
        return this;
    }

    public void print(Terminal terminal) {
        for (Cell[] row : rows) {
            terminal.out().println(row.length == widths.length ? line(row, terminal.color()) : row[0].text());
        }
    }

    private String line(Cell[] row, boolean color) {
        StringBuilder line = new StringBuilder(sections ? "  " : "");
        int gap = 0;
        for (int i = 0; i < row.length; i++) {
            Cell cell = row[i];
            if (!cell.text().isEmpty()) {
                line.repeat(' ', gap).append(cell.style().apply(cell.text(), color));
                gap = 0;
            }
            gap += widths[i] - width(cell.text()) + 2;
        }
        return line.toString();
    }

    private void add(Cell... cells) {
        rows.add(cells);
        for (int i = 0; i < cells.length; i++) {
            widths[i] = Math.max(widths[i], width(cells[i].text()));
        }
    }

    private static Cell[] cells(String[] texts, Style style) {
        Cell[] cells = new Cell[texts.length];
        for (int i = 0; i < texts.length; i++) {
            cells[i] = new Cell(texts[i], style);
        }
        return cells;
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
