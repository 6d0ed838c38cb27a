/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.cli.common.Terminal;

class TerminalTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Terminal terminal = new Terminal(new PrintWriter(out), new PrintWriter(err), false);

    @Test
    void coloursAreForTerminalsWhoseUserDidNotSayNo() {
        assertThat(Terminal.showsColor(true, Map.of("TERM", "xterm-256color"))).isTrue();
        assertThat(Terminal.showsColor(true, Map.of())).isTrue();
        assertThat(Terminal.showsColor(true, Map.of("NO_COLOR", ""))).isTrue();
        assertThat(Terminal.showsColor(true, Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(Terminal.showsColor(true, Map.of("TERM", "dumb"))).isFalse();
        assertThat(Terminal.showsColor(false, Map.of())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "", "ünïcödé", "日本語", "🖥 screen", "a, b; c: \"d\" \\"})
    void whatHasAShapeIsPrintedAsItIs(String text) {
        assertThat(Terminal.printable(text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u001b", "\u0007", "\u0000", "\r", "\b", "\u007f", "\u009b", "\u0085",
                "\u202e", "\u2066", "\u200b", "\u2028", "\ufeff", "\ud83d", "\ue000", "\uffff"
            })
    void whatWouldSteerOrDeceiveIsReplaced(String character) {
        assertThat(Terminal.printable("a" + character + "b")).isEqualTo("a\ufffdb");
    }

    @Test
    void newlinesAndTabsAreSpaces() {
        assertThat(Terminal.printable("a\nb\tc")).isEqualTo("a b c");
    }

    @Test
    void longTextsGoOnBelowWhereTheyBegan() {
        terminal.entry("because", "word ".repeat(30).strip());

        assertThat(out.toString().lines())
                .hasSize(2)
                .allMatch(line -> line.length() <= 100)
                .element(1)
                .asString()
                .matches(" {11}word.*");
    }

    @Test
    void aWordThatIsTooLongForALineIsNotCut() {
        String path = "/sys/" + "x".repeat(200);

        terminal.entry("seen", path);

        assertThat(out.toString()).contains(path);
    }

    @Test
    void anErrorIsOneLineAndItsRemedyIsBelow() {
        terminal.error("this went\nwrong", "Do that.");

        assertThat(err).hasToString("vfio: this went wrong\n  Do that.\n");
        assertThat(out).hasToString("");
    }
}
