/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.vfio4j.linux.ErrnoException;

/** Whatever a QEMU sends, it is a message or an error number; whatever is named as its address, it is one or none. */
class QmpFuzzTest {
    @FuzzTest
    void read(byte[] line) {
        try {
            assertThat(QmpMessage.read(line)).isNotNull();
        } catch (ErrnoException e) {
            assertThat(e.errno()).isPositive();
        }
    }

    @FuzzTest
    void address(byte[] text) {
        QmpAddress.parse(new String(text, StandardCharsets.UTF_8))
                .ifPresent(address -> assertThat(address.address()).isNotNull());
    }
}
