/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileIoTest {
    @TempDir
    Path folder;

    @AutoClose
    private final Arena arena = Arena.ofShared();

    private String file(String content) throws IOException {
        return Files.writeString(folder.resolve("file"), content).toString();
    }

    private MemorySegment bytes(String text) {
        return arena.allocateFrom(ValueLayout.JAVA_BYTE, text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(MemorySegment segment, long length) {
        return new String(segment.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.US_ASCII);
    }

    @Test
    void aReadGivesWhatIsThereAndThenTheEnd() throws IOException {
        MemorySegment buffer = arena.allocate(4);
        try (Fd fd = FileIo.open(file("abcdef"), FileIo.O_RDONLY)) {
            long first = FileIo.read(fd, buffer);
            assertThat(text(buffer, first)).isEqualTo("abcd");
            long second = FileIo.read(fd, buffer);
            assertThat(text(buffer, second)).isEqualTo("ef");
            assertThat(FileIo.read(fd, buffer)).isZero();
        }
    }

    @Test
    void aPositionedReadLeavesTheFilesPositionAlone() throws IOException {
        MemorySegment buffer = arena.allocate(4);
        try (Fd fd = FileIo.open(file("abcdef"), FileIo.O_RDONLY)) {
            long n = FileIo.pread(fd, buffer, 3);
            assertThat(text(buffer, n)).isEqualTo("def");
            assertThat(FileIo.pread(fd, buffer, 6)).isZero();
            assertThat(text(buffer, FileIo.read(fd, buffer))).isEqualTo("abcd");
        }
    }

    @Test
    void writesGoToTheirPlace() throws IOException {
        String path = file("abcdef");
        try (Fd fd = FileIo.open(path, FileIo.O_RDWR)) {
            assertThat(FileIo.write(fd, bytes("AB"))).isEqualTo(2);
            assertThat(FileIo.pwrite(fd, bytes("YZ"), 5)).isEqualTo(2);
            assertThat(FileIo.write(fd, bytes("C"))).isOne();
        }

        assertThat(Path.of(path)).hasContent("ABCdeYZ");
    }

    @Test
    void truncatingSetsTheSize() throws IOException {
        String path = file("abcdef");
        try (Fd fd = FileIo.open(path, FileIo.O_WRONLY)) {
            FileIo.truncate(fd, 2);
        }

        assertThat(Path.of(path)).hasContent("ab");
    }

    @Test
    void aFileThatOpenMakesIsItsOwnersAlone() throws IOException {
        Path path = folder.resolve("made");

        FileIo.open(path.toString(), FileIo.O_CREAT | FileIo.O_WRONLY).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-------");
    }

    @Test
    void anErrorCarriesItsNumberTheCallAndTheSubject() {
        String path = folder.resolve("missing").toString();

        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> FileIo.open(path, FileIo.O_RDONLY))
                .satisfies(e -> {
                    assertThat(e.errno()).isEqualTo(Errno.ENOENT);
                    assertThat(e.errnoName()).isEqualTo("ENOENT");
                    assertThat(e.call()).isEqualTo("open");
                    assertThat(e.subject()).isEqualTo(path);
                })
                .withMessage("open " + path + ": ENOENT (no such file)");
    }

    @Test
    void whatADescriptorIsNotOpenForIsRefused() throws IOException {
        MemorySegment buffer = arena.allocate(4);
        try (Fd fd = FileIo.open(file("abcdef"), FileIo.O_RDONLY)) {
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> FileIo.pwrite(fd, buffer, 0))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBADF))
                    .satisfies(e -> assertThat(e.call()).isEqualTo("pwrite"));
            assertThatExceptionOfType(LinuxException.class)
                    .isThrownBy(() -> FileIo.pread(fd, buffer, -1))
                    .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        }
    }

    @Test
    void aLinkIsNotFollowedWhenThatIsAskedFor() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of(file("abcdef")));

        FileIo.open(link.toString(), FileIo.O_RDONLY).close();
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> FileIo.open(link.toString(), FileIo.O_RDONLY | FileIo.O_NOFOLLOW))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ELOOP));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0", "\0suffix"})
    void aPathThatCWouldCutShortIsRefused(String suffix) throws IOException {
        String path = file("abcdef") + suffix;

        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(() -> FileIo.open(path, FileIo.O_RDONLY))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
                .withMessageContaining("open with a NUL in the path");
    }

    @Test
    void anOpenThatWouldWaitForAWriterDoesNotIfNonBlocking() throws IOException, InterruptedException {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();

        try (Fd fd = FileIo.open(fifo.toString(), FileIo.O_RDONLY | FileIo.O_NONBLOCK)) {
            assertThat(FileIo.read(fd, arena.allocate(1))).isZero();
        }
    }

    @Test
    void aLockIsHeldByOneOpenAtATimeAndEndsWithIt() throws IOException {
        String path = file("");
        try (Fd second = FileIo.open(path, FileIo.O_RDWR)) {
            try (Fd first = FileIo.open(path, FileIo.O_RDWR)) {
                assertThat(FileIo.tryLock(first)).isTrue();
                assertThat(FileIo.tryLock(first)).as("again by the holder").isTrue();
                assertThat(FileIo.tryLock(second)).isFalse();
            }
            assertThat(FileIo.tryLock(second)).isTrue();
        }
    }
}
