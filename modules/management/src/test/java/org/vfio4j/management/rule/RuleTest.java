/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.management.host.Finding;

class RuleTest {
    private static final String RULE = """
            {"rules": [{"id": "dmabuf-on-vnc", "severity": "blocker", "component": "qemu", "from": "10.0",
              "when": ["device.display is dmabuf", "vm.graphics is vnc", "vm.render-node present"],
              "text": "{device} hands out dma-bufs.", "remedy": "Use one of {vm.other}.", "source": "seen"}]}
            """;

    private final Facts facts = Facts.builder()
            .put("device", "a")
            .put("device.display", "dmabuf")
            .put("vm.graphics", List.of("spice", "vnc"))
            .put("vm.render-node", "/dev/dri/renderD128")
            .put("vm.other", "spice", "dbus")
            .put("device.count", 2)
            .put("qemu.version", "11.1.3")
            .build();

    @Test
    void aRuleWhoseConditionsHoldSaysWhatIsTheCase() {
        assertThat(read(RULE).findings("a", facts))
                .containsExactly(new Finding(
                        "dmabuf-on-vnc",
                        Finding.Severity.BLOCKER,
                        "a",
                        "a hands out dma-bufs.",
                        "Use one of spice, dbus."));
    }

    @Test
    void aRuleAppliesToItsVersionsOnly() {
        RuleBook book = read(RULE);

        assertThat(book.findings(
                        "a", facts.toBuilder().put("qemu.version", "9.2.4").build()))
                .isEmpty();
        assertThat(book.findings(
                        "a", facts.toBuilder().put("qemu.version", "10").build()))
                .hasSize(1);
    }

    @Test
    void aVersionThatIsNotKnownIsTakenForOneItAppliesTo() {
        Facts doubtful = facts.toBuilder().put("qemu.version", List.of()).build();

        assertThat(read(RULE).findings("a", doubtful))
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.text()).endsWith("(qemu from 10.0; the version here is not known)"));
    }

    @ParameterizedTest
    @CsvSource({
        "device.display is dmabuf, true",
        "device.display is region | dmabuf, true",
        "device.display is region, false",
        "vm.graphics is vnc, true",
        "vm.graphics is-not vnc, false",
        "vm.graphics is-not sdl, true",
        "nothing is-not sdl, false",
        "nothing absent, true",
        "nothing present, false",
        "device.count at-least 2, true",
        "device.count at-least 3, false",
        "device.count below 3, true",
        "qemu.version below 11.1.4, true",
        "qemu.version at-least 11.1.3, true",
        "device below 5, false",
    })
    void conditionsHold(String condition, boolean expected) {
        assertThat(Condition.parse(condition).orElseThrow().holds(facts)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "x is", "x equals y", "x absent y", "x below y", "x at-least 1 | 2", "x is a | "})
    void whatIsNoConditionIsRefused(String text) {
        assertThat(Condition.parse(text)).isEmpty();
    }

    @Test
    void aBookSaysWhereItIsWrong() {
        assertThatThrownBy(() -> read(RULE.replace("vm.graphics is vnc", "vm.graphics eq vnc")))
                .isInstanceOf(RuleException.class)
                .hasMessageContaining("rules[0].when[1]");
        assertThatThrownBy(() -> read(RULE.replace("10.0", "ten"))).hasMessageContaining("rules[0].from");
    }

    @Test
    void versionsAreComparedByNumbers() {
        assertThat(Version.find("QEMU emulator version 11.1.3 (Debian 1:11.1.3+ds-1)"))
                .hasValueSatisfying(version -> assertThat(version).hasToString("11.1.3"));
        assertThat(Version.parse("9.2").orElseThrow())
                .isLessThan(Version.parse("10").orElseThrow());
        assertThat(Version.parse("10")).isEqualTo(Version.parse("10.0.0"));
        assertThat(Version.parse("10.x")).isEmpty();
        assertThat(Version.find("none")).isEmpty();
    }

    private static RuleBook read(String json) {
        return RuleBook.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
