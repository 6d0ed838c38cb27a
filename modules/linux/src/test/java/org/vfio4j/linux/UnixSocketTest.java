/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UnixSocketTest {
    @TempDir
    Path folder;

    private String path = "";

    @BeforeEach
    void choosePath() {
        path = folder.resolve("socket").toString();
    }

    @Test
    void aListenersSocketIsItsOwnersAlone() throws IOException {
        try (Fd listener = UnixSocket.listen(path, 1)) {
            assertThat(listener.isOpen()).isTrue();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(Path.of(path))))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void bothEndsKnowWhoTheOtherIs() throws IOException {
        try (Fd listener = UnixSocket.listen(path, 1);
                Fd client = UnixSocket.connect(path);
                Fd server = UnixSocket.accept(listener)) {
            int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            int gid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:gid");
            UnixSocket.PeerCredentials me =
                    new UnixSocket.PeerCredentials((int) ProcessHandle.current().pid(), uid, gid);

            assertThat(UnixSocket.peerCredentials(server)).isEqualTo(me);
            assertThat(UnixSocket.peerCredentials(client)).isEqualTo(me);
        }
    }

    @Test
    void aPathWhereNothingIsCannotBeConnectedTo() {
        assertRefused(Errno.ENOENT, () -> UnixSocket.connect(path), "connect " + path);
    }

    @Test
    void aSocketWhoseListenerIsGoneRefusesTheConnection() {
        UnixSocket.listen(path, 1).close();

        assertRefused(Errno.ECONNREFUSED, () -> UnixSocket.connect(path), path);
    }

    @Test
    void aPathThatIsTakenIsNotListenedAt() throws IOException {
        Files.writeString(Path.of(path), "precious");

        assertRefused(Errno.EADDRINUSE, () -> UnixSocket.listen(path, 1), "bind " + path);
        assertThat(Path.of(path)).hasContent("precious");
    }

    @ParameterizedTest
    @CsvSource({"107, false", "108, true"})
    void aPathMayHave107Bytes(int length, boolean tooLong) {
        String longest = path + "x".repeat(length - path.length());

        if (tooLong) {
            assertRefused(Errno.EINVAL, () -> UnixSocket.listen(longest, 1), "longer than 107 bytes");
            assertRefused(Errno.EINVAL, () -> UnixSocket.connect(longest), "longer than 107 bytes");
        } else {
            try (Fd listener = UnixSocket.listen(longest, 1);
                    Fd client = UnixSocket.connect(longest)) {
                assertThat(listener.number()).isNotEqualTo(client.number());
            }
        }
    }

    /** An empty name is a socket that is not in the file system and has no mode: anybody could connect. */
    @ParameterizedTest
    @ValueSource(strings = {"", "\0abstract", "cut\0short"})
    void aPathThatCWouldReadOtherwiseIsRefused(String name) {
        assertRefused(Errno.EINVAL, () -> UnixSocket.listen(name, 1), "EINVAL");
        assertRefused(Errno.EINVAL, () -> UnixSocket.connect(name), "EINVAL");
    }

    @Test
    void aPairIsConnected() {
        UnixSocket.Pair pair = UnixSocket.pair();
        try (Fd left = pair.left();
                Fd right = pair.right()) {
            assertThat(UnixSocket.peerCredentials(left)).isEqualTo(UnixSocket.peerCredentials(right));
        }
    }

    private static void assertRefused(int errno, Runnable call, String words) {
        assertThatExceptionOfType(LinuxException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno))
                .withMessageContaining(words);
    }
}
