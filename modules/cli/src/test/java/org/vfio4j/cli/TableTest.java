/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.vfio4j.cli.common.Style;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;

class TableTest {
    private static String print(Table table, boolean color) {
        StringWriter out = new StringWriter();
        table.print(new Terminal(new PrintWriter(out), new PrintWriter(out), color));
        return out.toString();
    }

    @Test
    void columnsAreAsWideAsTheirWidestCellAndLinesEndWithTheirText() {
        Table table = new Table("A", "LONG HEADING", "C").row("longer", "x", "").row("ü", "", "end");

        assertThat(print(table, false)).isEqualTo("""
                        A       LONG HEADING  C
                        longer  x
                        ü                     end
                        """);
    }

    @Test
    void coloursDoNotMoveColumns() {
        Table table = new Table("A", "B").row(new Table.Cell("yes", Style.GOOD), new Table.Cell("plain", Style.PLAIN));

        assertThat(print(table, true).replaceAll("\u001b\\[[0-9]*m", "")).isEqualTo(print(table, false));
        assertThat(print(table, true)).contains("\u001b[32myes\u001b[0m  plain");
    }

    @Test
    void rowsBelongToTheSectionAboveThem() {
        Table table = new Table("A", "B").section("a long section title").row("x", "y");

        assertThat(print(table, false)).isEqualTo("  A  B\na long section title\n  x  y\n");
    }

    @Test
    void aRowHasACellForEveryColumn() {
        assertThatThrownBy(() -> new Table("A", "B").row("only one")).isInstanceOf(IllegalArgumentException.class);
    }
}
