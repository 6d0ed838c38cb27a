/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.vfio4j.management.rule.RuleException;

/** Whatever somebody pastes, it is explained by what stands in it or not at all; whatever a file of known texts holds, it is read or refused. */
class ExplainFuzzTest {
    private static final Explanations KNOWN = Explanations.builtIn();

    @FuzzTest
    void explain(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.length() <= Explanations.MAX_LENGTH) {
            assertThat(KNOWN.of(text)).allSatisfy(e -> assertThat(text).contains(e.line()));
        }
    }

    @FuzzTest
    void read(byte[] bytes) {
        Explanations read;
        try {
            read = Explanations.read(bytes);
        } catch (RuleException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return;
        }
        assertThat(read.known())
                .allSatisfy(k -> assertThat(k.pattern().literals()).isPositive());
    }
}
