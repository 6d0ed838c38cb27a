/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.FileStatus;
import org.vfio4j.linux.Memfd;

class SharedFramesTest {
    @AutoClose
    private final SharedFrames source = SharedFrames.create();

    @Test
    void theDestinationSeesWhatTheSourcePutsThere() {
        try (SharedFrames destination = SharedFrames.find(source.place()).orElseThrow()) {
            for (int i = 0; i < SharedFrames.COUNT; i++) {
                source.frame(i).fill((byte) (i + 1));
            }
            for (int i = 0; i < SharedFrames.COUNT; i++) {
                MemorySegment bytes = destination.bytes(new Message.Shared(i, Wire.MAX_STATE));

                assertThat(bytes.byteSize()).isEqualTo(Wire.MAX_STATE);
                assertThat(bytes.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) (i + 1));
                assertThat(bytes.get(ValueLayout.JAVA_BYTE, Wire.MAX_STATE - 1)).isEqualTo((byte) (i + 1));
                assertThat(bytes.isReadOnly()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"4, 1", "2147483647, 1", "0, 0", "3, 528385", "0, 2147483647"})
    void bytesThatAreNotThereAreRefused(int frame, int bytes) {
        assertThatThrownBy(() -> source.bytes(new Message.Shared(frame, bytes)))
                .isInstanceOfSatisfying(
                        MigrateException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPROTO))
                .hasMessageContaining("there are no " + bytes + " bytes in shared frame " + frame);
    }

    @Test
    void memoryThatIsNotWhereItIsSaidToBeIsNotTaken(@TempDir Path folder) throws IOException {
        Message.Memory place = source.place();
        Path file = Files.createFile(folder.resolve("memfd:vfio4j-state"));
        try (Fd opened = FileIo.open(file.toString(), FileIo.O_RDWR);
                Fd otherSize = Memfd.create("vfio4j-state", 4096)) {
            FileIo.truncate(opened, (long) SharedFrames.COUNT * Wire.MAX_STATE);

            assertThat(SharedFrames.find(new Message.Memory(place.pid(), place.fd(), place.inode() + 1)))
                    .isEmpty();
            assertThat(SharedFrames.find(new Message.Memory(place.pid(), Integer.MAX_VALUE, place.inode())))
                    .isEmpty();
            assertThat(SharedFrames.find(new Message.Memory(0, place.fd(), place.inode())))
                    .isEmpty();
            assertThat(SharedFrames.find(at(place, opened))).isEmpty();
            assertThat(SharedFrames.find(at(place, otherSize))).isEmpty();
        }
    }

    private static Message.Memory at(Message.Memory place, Fd fd) {
        return new Message.Memory(place.pid(), fd.number(), FileStatus.of(fd).inode());
    }
}
