/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.testbed.Serving.Result;

/** {@code vfio serve} as a process: how it starts, ends, dies and is started again, and who may speak to it. */
@Timeout(300)
class ServeIT {
    private static final String UUID = "1f0f2d6a-0000-4000-8000-0000000000aa";

    /** Prints what a control socket says to who connects. perl-base is on every Debian. */
    private static final String HEAR = "use IO::Socket::UNIX;"
            + " my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die \"connect: $!\\n\"; print <$s>;";

    private static final String NOBODY = "65534";

    @TempDir
    private Path folder;

    private boolean isMounted() throws IOException {
        return Files.readString(Path.of("/proc/self/mounts")).contains(" " + folder.resolve("sys") + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void aSignalEndsItInOrder(String signal) throws Exception {
        Serving host = Serving.in(folder);
        host.vfio("start", "-u", UUID, "-p", "mtty", "-t", "mtty-1");
        assertThat(isMounted()).isTrue();

        assertThat(host.end(signal)).isZero();

        assertThat(isMounted()).isFalse();
        assertThat(folder.resolve("run")).isEmptyDirectory();
        assertThat(folder.resolve("sys")).isEmptyDirectory();
    }

    @Test
    void aSecondOneOnTheSameRunFolderIsToldOfTheFirst() throws Exception {
        try (Serving host = Serving.in(folder)) {
            Result second =
                    host.vfio("serve", "--state-dir", folder.resolve("other").toString());

            assertThat(second.exitCode()).isEqualTo(3);
            assertThat(second.out()).isEmpty();
            assertThat(second.err()).contains("a host is running already", "(pid " + host.pid() + ")", "--run-dir");
            assertThat(host.vfio("list", "--host", "user").exitCode()).isZero();
        }
    }

    @Test
    void whatAKilledOneLeftIsClearedAway() throws Exception {
        Serving killed = Serving.in(folder);
        killed.vfio("define", "-u", UUID, "-p", "mtty", "-t", "mtty-1", "--auto");
        killed.end("KILL");
        assertThat(isMounted()).isTrue();
        assertThat(folder.resolve("run/control.sock")).exists();

        try (Serving host = Serving.in(folder)) {
            assertThat(host.has(UUID)).isTrue();
            assertThat(host.run(List.of("cat", "/sys/bus/mdev/devices/" + UUID + "/mdev_type/name"))
                            .out())
                    .isEqualTo("Single port serial\n");
        }
        assertThat(isMounted()).isFalse();
    }

    @Test
    void anotherUserMayNotSpeakToItEvenIfHeReachesTheSocket() throws Exception {
        try (Serving host = Serving.in(folder)) {
            assertThat(heardBy(NOBODY).err()).contains("connect: Permission denied");

            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(folder.resolve("run"), PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(
                    folder.resolve("run/control.sock"), PosixFilePermissions.fromString("rw-rw-rw-"));
            Result nobody = heardBy(NOBODY);

            assertThat(nobody.out()).contains("\"error\"", "may not control it").doesNotContain("\"version\"");
            assertThat(nobody.out()).hasLineCount(1);
            assertThat(host.vfio("list", "--host", "user").exitCode()).isZero();
        }
    }

    private Result heardBy(String user) throws Exception {
        return Serving.result(
                folder,
                new ProcessBuilder(
                        "setpriv",
                        "--reuid=" + user,
                        "--regid=" + user,
                        "--clear-groups",
                        "perl",
                        "-e",
                        HEAR,
                        folder.resolve("run/control.sock").toString()));
    }

    @Test
    void aCommandSeesTheHostAndItsExitCodeIsTheRuns() throws Exception {
        try (Serving host = Serving.in(folder)) {
            host.makeSamples();

            assertThat(host.run(List.of("ls", "/sys/bus/mdev/devices")).out()).hasLineCount(8);
            assertThat(host.run(List.of("sh", "-c", "exit 7")).exitCode()).isEqualTo(7);
            assertThat(host.run(List.of("no-such-program")).exitCode()).isEqualTo(127);
            assertThat(Path.of("/sys/bus/mdev/devices", Sample.ALL.getFirst().uuid()))
                    .doesNotExist();
        }
    }

    @Test
    void aHostWithoutItsSysfsShownRunsNothing() throws Exception {
        Result none = Serving.vfio(folder, List.of("run", "--", "true"));

        assertThat(none.exitCode()).isEqualTo(3);
        assertThat(none.err()).contains("no user-space host is running", "vfio serve");
    }
}
