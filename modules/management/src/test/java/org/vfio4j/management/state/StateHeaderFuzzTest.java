/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import org.vfio4j.linux.ErrnoException;

/** Whatever a file begins with, it is a header or an error number; one that is read is written again as it meant. */
class StateHeaderFuzzTest {
    @FuzzTest
    void read(byte[] begin) {
        try {
            StateHeader header = StateHeader.read(Arrays.copyOf(begin, StateHeader.SIZE));
            assertThat(StateHeader.read(header.write().array())).isEqualTo(header);
        } catch (ErrnoException e) {
            assertThat(e.errno()).isPositive();
        }
    }
}
