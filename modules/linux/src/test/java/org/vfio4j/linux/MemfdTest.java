/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemfdTest {
    @Test
    void itIsZeroedMemoryOfItsSize() {
        try (Fd fd = Memfd.create("memfd-test", 8192);
                Mapping mapping = Mapping.readOnly(fd, 0, 8192)) {
            assertThat(mapping.segment().toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) 0);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 4096, 16384})
    void nobodyCanShrinkOrGrowIt(long size) {
        try (Fd fd = Memfd.create("memfd-test", 8192);
                Fd received = fd.duplicate()) {
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> FileIo.truncate(received, size))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
        }
    }

    @Test
    void itIsKnownFromAFileThatCanShrink(@TempDir Path folder) {
        try (Fd memfd = Memfd.create("memfd-test", 4096);
                Fd file = FileIo.open(folder.resolve("file").toString(), FileIo.O_RDWR | FileIo.O_CREAT)) {
            assertThat(Memfd.cannotShrink(memfd)).isTrue();
            assertThat(Memfd.cannotShrink(file)).isFalse();
        }
    }

    @Test
    void aSizeThatIsRefusedLeavesNothingOpen() throws IOException {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> Memfd.create("memfd-refused", -1))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));

        assertThat(OpenFiles.ofMemfd("memfd-refused")).isZero();
    }
}
