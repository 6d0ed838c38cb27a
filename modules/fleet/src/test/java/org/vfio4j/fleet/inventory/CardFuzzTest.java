/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.vfio4j.management.host.MdevParent;

class CardFuzzTest {
    /** What a driver says of a type, in words. */
    @FuzzTest(maxDuration = "60s")
    void aDescription(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);

        Card.size(new MdevParent.Type("type", null, text, 1, null))
                .ifPresent(size -> assertThat(size).isBetween(0L, 999_999_999L));
    }
}
