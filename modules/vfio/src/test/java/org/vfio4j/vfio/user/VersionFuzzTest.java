/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.MalformedException;

class VersionFuzzTest {
    /** Of a VERSION message of any bytes, capabilities are read or it is refused; what is read can be written and read again. */
    @FuzzTest(maxDuration = "60s")
    void aVersionOfAnyBytesIsReadOrRefused(byte[] bytes) {
        try {
            Capabilities read = Capabilities.read(
                    VersionMessage.read(MemorySegment.ofArray(bytes)).json());

            assertThat(Capabilities.read(read.json())).isEqualTo(read);
        } catch (MalformedException e) {
            assertThat(e.reason()).isNotBlank();
        }
    }
}
