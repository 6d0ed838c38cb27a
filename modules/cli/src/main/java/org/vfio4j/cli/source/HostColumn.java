/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.util.List;
import org.vfio4j.cli.common.Style;
import org.vfio4j.cli.common.Table;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Which host something is on, as a table's first column and as a key in JSON; neither is there where the source is one host. */
public record HostColumn(Source source) {
    private static final String KEY = "host";

    public Table table(String... headings) {
        return new Table(source.isCombined() ? first("HOST", headings) : headings);
    }

    /** Adds a row about {@code part}, a device or a parent that came from the source. */
    public void row(Table table, Object part, String... cells) {
        table.row(source.isCombined() ? first(source.hostOf(part), cells) : cells);
    }

    public void row(Table table, Object part, Table.Cell... cells) {
        table.row(source.isCombined() ? first(new Table.Cell(source.hostOf(part), Style.PLAIN), cells) : cells);
    }

    /** Names the host of each part in the document's array of them. */
    public ObjectNode json(ObjectNode document, String array, List<?> parts) {
        if (source.isCombined()) {
            int i = 0;
            for (JsonNode node : document.get(array)) {
                ((ObjectNode) node).put(KEY, source.hostOf(parts.get(i++)));
            }
        }
        return document;
    }

    private static String[] first(String cell, String... rest) {
        String[] all = new String[rest.length + 1];
        all[0] = cell;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    private static Table.Cell[] first(Table.Cell cell, Table.Cell... rest) {
        Table.Cell[] all = new Table.Cell[rest.length + 1];
        all[0] = cell;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}
