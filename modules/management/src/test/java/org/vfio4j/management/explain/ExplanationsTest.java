/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.management.rule.RuleException;

class ExplanationsTest {
    private static final Explanations KNOWN = Explanations.builtIn();

    private static Stream<KnownText> known() {
        return KNOWN.known().stream();
    }

    private static String json(String pattern) {
        return """
                {"texts": [{"id": "a", "whose": "QEMU", "pattern": "%s", "cause": "C.", "remedy": "R.", "source": "s", "sample": "x"}]}
                """.formatted(pattern);
    }

    @Test
    void aGoodManyTextsAreKnown() {
        assertThat(KNOWN.known()).hasSizeGreaterThanOrEqualTo(45);
    }

    @ParameterizedTest
    @MethodSource("known")
    void aTextAsItWasSeenIsExplainedByItsEntryFirst(KnownText known) {
        assertThat(KNOWN.of(known.sample()))
                .first()
                .isEqualTo(Explanation.of(known, known.sample().strip()));
        assertThat(known.cause()).endsWith(".");
        assertThat(known.remedy()).endsWith(".");
    }

    @Test
    void ofSeveralLinesWarningsComeLastAndAreHarmless() {
        String uuid = "1f0f2d6a-0000-4000-8000-000000000001";

        assertThat(KNOWN.of("warning: vfio " + uuid + ": Could not enable error recovery for the device\n"
                        + "vfio: Cannot reset device " + uuid + ", no available reset mechanism.\r\n"
                        + "qemu-system-x86_64: -device vfio-pci,display=on: vfio " + uuid
                        + ": vfio-display-dmabuf: opengl not available\n"))
                .extracting(Explanation::id, Explanation::isHarmless)
                .containsExactlyInAnyOrder(
                        tuple("dmabuf-without-gl", false), tuple("no-error-recovery", true), tuple("no-reset", true))
                .first()
                .isEqualTo(tuple("dmabuf-without-gl", false));
    }

    @Test
    void aLineThatStandsTwiceIsExplainedOnce() {
        String line = "vfio: Cannot reset device a, no available reset mechanism.";

        assertThat(KNOWN.of(line + "\n" + line)).hasSize(1);
    }

    @Test
    void thePiecesOfAPatternStandInOneLineAndInTheirOrder() {
        Explanations one =
                Explanations.read(json("Could not open {path}: gone away").getBytes(StandardCharsets.UTF_8));

        assertThat(one.of("x Could not open /a: gone away y")).hasSize(1);
        assertThat(one.of(": gone away Could not open /a")).isEmpty();
        assertThat(one.of("Could not open /a\n: gone away")).isEmpty();
        assertThat(one.of("")).isEmpty();
    }

    @Test
    void aTextThatIsTooLongIsRefused() {
        assertThat(KNOWN.of("a".repeat(Explanations.MAX_LENGTH))).isEmpty();
        assertThatThrownBy(() -> KNOWN.of("a".repeat(Explanations.MAX_LENGTH + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65536");
    }

    @ParameterizedTest
    @CsvSource({"short, 12 characters", "a text with an open {gap, 12 characters", "{a}{b}, 12 characters"})
    void aPatternThatWouldFitAnythingIsRefused(String pattern, String reason) {
        assertThatThrownBy(() -> Explanations.read(json(pattern).getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(RuleException.class)
                .hasMessageContaining("texts[0].pattern")
                .hasMessageContaining(reason);
    }
}
