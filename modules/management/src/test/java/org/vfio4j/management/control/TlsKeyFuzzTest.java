/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.vfio4j.management.host.RefusedException;

/** Whatever is in a key's file is a key or is refused with the file's name. */
class TlsKeyFuzzTest {
    @FuzzTest(maxDuration = "1m")
    void aKey(byte[] file) {
        try {
            assertThat(TlsIdentity.parseKey(new String(file, StandardCharsets.ISO_8859_1), "key.pem")
                            .getAlgorithm())
                    .isNotEmpty();
        } catch (RefusedException e) {
            assertThat(e.getMessage()).contains("key.pem");
        }
    }
}
