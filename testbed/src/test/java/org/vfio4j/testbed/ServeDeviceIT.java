/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.user.VfioUserDevice;

/** {@code vfio serve-device} as a process of its own, on a path and on sockets that its parent opened. */
@Timeout(300)
class ServeDeviceIT {
    private static final long PATIENCE_SECONDS = 60;

    /** Opens a socket at the first argument that listens, and becomes the rest of them with its number behind. Every Debian has Perl. */
    private static final String LISTENING =
            "$^F = 255; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; bind($s, sockaddr_un(shift))"
                    + " or die; listen($s, 8) or die; exec @ARGV, fileno($s)";

    /** The same with the first connection that comes. */
    private static final String CONNECTED =
            "$^F = 255; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; bind($s, sockaddr_un(shift)) or die; listen($s,"
                    + " 8) or die; $| = 1; print \"listens\\n"
                    + "\"; accept(my $c, $s) or die; close $s; exec @ARGV, fileno($c)";

    @TempDir
    Path folder;

    @Test
    void aPathIsServedUntilASignalAndByOneServerOnly() throws Exception {
        Path socket = folder.resolve("gpu.sock");
        Process server = start(command("--socket-path", socket.toString()));
        try {
            assertThat(firstLine(server)).endsWith("is served at " + socket + ".");
            assertThat(Files.getPosixFilePermissions(socket)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
            use(socket);
            use(socket);

            Process second = start(command("--socket-path", socket.toString()));
            assertThat(second.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(second.exitValue()).isEqualTo(3);
            use(socket);

            server.destroy();
            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
            assertThat(socket).doesNotExist();
        } finally {
            server.destroyForcibly();
        }
    }

    @Test
    void aSocketThatListensIsHandedOver() throws Exception {
        Path socket = folder.resolve("gpu.sock");
        Process server = start(perl(LISTENING, socket));
        try {
            assertThat(firstLine(server)).endsWith("is served.");
            use(socket);
            use(socket);
            assertThat(server.isAlive()).isTrue();
        } finally {
            server.destroy();
            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(server.exitValue()).isZero();
        assertThat(socket).exists();
    }

    @Test
    void aConnectionIsHandedOverAndItsEndIsTheServers() throws Exception {
        Path socket = folder.resolve("gpu.sock");
        Process server = start(perl(CONNECTED, socket));
        try {
            assertThat(firstLine(server)).isEqualTo("listens");

            use(socket);

            assertThat(server.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(server.exitValue()).isZero();
        } finally {
            server.destroyForcibly();
        }
    }

    /** Attaches as a client, once the one before has been seen to go, and goes. */
    private static void use(Path socket) {
        try (VfioUserDevice device = VfioUserDevice.connect(socket)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
            while (true) {
                try {
                    assertThat(device.info().regions()).isEqualTo(10);
                    return;
                } catch (ErrnoException e) {
                    if (e.errno() != Errno.EBUSY || System.nanoTime() > end) {
                        throw e;
                    }
                }
            }
        }
    }

    private List<String> command(String... where) {
        List<String> line = new ArrayList<>(List.of("serve-device", "-p", "mbochs", "-t", "mbochs-small"));
        line.addAll(List.of(where));
        return Serving.builder(folder, line).command();
    }

    private List<String> perl(String program, Path socket) {
        List<String> line = new ArrayList<>(List.of("perl", "-MSocket", "-e", program, socket.toString()));
        line.addAll(command("--fd"));
        return line;
    }

    private Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
    }

    private String firstLine(Process process) throws IOException {
        String line =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        if (line == null) {
            throw new AssertionError("it has ended: " + Files.readString(folder.resolve("errors")));
        }
        return line;
    }
}
