/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.vfio4j.management.rule.RuleException;

/** Whatever an operator's file of version rules holds, it is read or refused with its place. */
class VersionRulesFuzzTest {
    @FuzzTest
    void read(byte[] bytes) {
        VersionRules read;
        try {
            read = VersionRules.read(bytes);
        } catch (RuleException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return;
        }
        assertThat(read.rules())
                .allSatisfy(
                        rule -> assertThat(rule.ranges().isEmpty()).isEqualTo(rule.form() != VersionRule.Form.RANGES));
    }
}
