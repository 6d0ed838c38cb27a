/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.UUID;
import org.vfio4j.management.host.RefusedException;

/** Whatever bytes a definition's file holds, they are a definition that can be written and read again, or a refusal. */
class DefinitionFuzzTest {
    private static final UUID NAME = UUID.fromString("1f0f2d6a-0000-4000-8000-0000000000aa");

    @FuzzTest
    void read(byte[] bytes) {
        Definition definition;
        try {
            definition = DefinitionFile.read(NAME, "mtty", bytes);
        } catch (RefusedException e) {
            assertThat(e.getMessage()).isNotEmpty();
            return;
        }
        assertThat(DefinitionFile.read(NAME, "mtty", DefinitionFile.write(definition)))
                .isEqualTo(definition);
    }
}
