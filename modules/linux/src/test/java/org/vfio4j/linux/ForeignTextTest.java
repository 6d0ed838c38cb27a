/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ForeignTextTest {
    private static final String CLEF = "\uD834\uDD1E";

    @Test
    void whatIsShortEnoughStaysAsItIs() {
        assertThat(ForeignText.cut("abc", 3)).isEqualTo("abc");
        assertThat(ForeignText.line("abé" + CLEF, 5)).isEqualTo("abé" + CLEF);
        assertThat(ForeignText.ascii("abc", 3)).isEqualTo("abc");
    }

    @Test
    void whatIsTooLongIsCutAndSaysSo() {
        assertThat(ForeignText.cut("abcd", 3)).isEqualTo("abc...");
        assertThat(ForeignText.line("abcd", 3)).isEqualTo("abc...");
        assertThat(ForeignText.ascii("abcd", 3)).isEqualTo("abc...");
        assertThat(ForeignText.ascii("a\n".repeat(100), 20)).isEqualTo("a\\u000aa\\u000aa...");
    }

    @Test
    void noCharacterIsCutInTwo() {
        assertThat(ForeignText.cut("ab" + CLEF + "c", 3)).isEqualTo("ab...");
        assertThat(ForeignText.line("ab" + CLEF + "c", 3)).isEqualTo("ab...");
        assertThat(ForeignText.cut("ab" + CLEF + "c", 4)).isEqualTo("ab" + CLEF + "...");
    }

    @Test
    void whatSteersATerminalIsNotThereAnyMore() {
        assertThat(ForeignText.line("a\u001b[2J\r\nb\u0085\uD834c", 50)).isEqualTo("a [2J  b  c");
        assertThat(ForeignText.ascii("a\u001b[2Jé", 50)).isEqualTo("a\\u001b[2J\\u00e9");
    }

    @Test
    void aTextWithoutEndIsNotReadToItsEnd() {
        assertThat(ForeignText.line("\u0000".repeat(1 << 20), 2)).isEqualTo("  ...");
        assertThat(ForeignText.cut("", 0)).isEmpty();
        assertThat(ForeignText.cut(CLEF, 1)).isEqualTo("...");
    }
}
