/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.rule;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

class RuleFuzzTest {
    /** What somebody's {@code --version} prints, or a driver's attribute says. */
    @FuzzTest(maxDuration = "60s")
    void aVersion(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        Version.find(text).ifPresent(found -> {
            assertThat(text).contains(found.toString().substring(0, 1));
            assertThat(Version.parse(found.toString())).contains(found);
        });
        Version.parse(text).ifPresent(parsed -> assertThat(Version.find(text)).contains(parsed));
    }

    @FuzzTest(maxDuration = "60s")
    void aCondition(byte[] bytes) {
        Condition.parse(new String(bytes, StandardCharsets.UTF_8))
                .ifPresent(condition ->
                        assertThat(Condition.parse(condition.toString())).contains(condition));
    }

    @FuzzTest(maxDuration = "60s")
    void aBook(byte[] bytes) {
        try {
            assertThat(RuleBook.read(bytes).rules())
                    .allSatisfy(rule -> assertThat(rule.id()).isNotNull());
        } catch (RuleException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }
}
