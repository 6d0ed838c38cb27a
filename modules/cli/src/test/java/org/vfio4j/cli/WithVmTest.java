/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command line of {@code vfio migrate --with-vm}; the moving itself is met with two QEMUs, by VmMoveIT. */
@Timeout(300)
class WithVmTest {
    @TempDir
    private Path folder;

    private List<String> line(String... more) {
        List<String> line = new ArrayList<>(List.of(
                "migrate",
                "--with-vm",
                "--qmp",
                "unix:" + folder.resolve("a.qmp"),
                "--to-qmp",
                "unix:" + folder.resolve("b.qmp"),
                "--to",
                folder.resolve("b").toString(),
                "--vm-uri",
                "unix:" + folder.resolve("vm")));
        line.addAll(List.of(more));
        return line;
    }

    private Run run(List<String> line) {
        return Run.on(folder, line.toArray(String[]::new));
    }

    @Test
    void whatIsMissingOrWrongIsSaid() {
        assertThat(run(List.of("migrate", "--with-vm")).code()).isEqualTo(2);
        assertThat(run(List.of("migrate", "--with-vm")).err()).contains("needs --qmp, --to-qmp, --to and --vm-uri");
        assertThat(run(line("--vm-device", "gpu0")).err()).contains("--vm-device is QEMU's id and a device");
        assertThat(run(line("--unplug-timeout", "soon")).err()).contains("is a number of seconds, not soon");
        List<String> wrong = line();
        wrong.set(3, "tcp:nowhere");
        assertThat(run(wrong).err()).contains("--qmp is unix:PATH or tcp:HOST:PORT, not tcp:nowhere");
        List<String> far = line();
        far.set(7, "node8");
        assertThat(run(far).err()).contains("is its run folder, with a slash in it", "ssh -L");
        assertThat(run(far).code()).isEqualTo(2);
    }

    @Test
    void aHostOrAQemuThatDoesNotAnswerIsSaid() {
        Run nobody = run(line());
        assertThat(nobody.code()).isEqualTo(3);
        assertThat(nobody.err()).contains("no user-space host is running");

        try (ServedHost host = ServedHost.in(folder)) {
            Run noOther = host.on(folder, line().toArray(String[]::new));
            assertThat(noOther.code()).isEqualTo(3);
            assertThat(noOther.err()).contains("nobody answers on " + folder.resolve("b/control.sock"));

            List<String> self = line();
            self.set(7, folder.resolve("run").toString());
            Run noQemu = host.on(folder, self.toArray(String[]::new));
            assertThat(noQemu.code()).isEqualTo(3);
            assertThat(noQemu.err()).contains("no QEMU answers on unix:" + folder.resolve("a.qmp"), "-qmp unix:PATH");
        }
    }
}
