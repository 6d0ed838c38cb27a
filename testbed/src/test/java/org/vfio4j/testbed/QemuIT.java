/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The testbed's guest itself, on QEMU's own devices: what fails here is not ours. */
@Timeout(900)
class QemuIT {
    @TempDir
    Path folder;

    @Test
    void theGuestsDriversWorkWithQemusOwnDevices() throws Exception {
        try (Qemu qemu = Qemu.boot(
                folder,
                List.of(),
                "--qemu",
                "-device",
                "--qemu",
                "bochs-display,xres=1152,yres=864,bus=port1",
                "--qemu",
                "-device",
                "--qemu",
                "pci-serial,chardev=null,bus=pcie.0",
                "--qemu",
                "-chardev",
                "--qemu",
                "null,id=null")) {
            qemu.guest().must("modprobe bochs");

            assertThat(qemu.guest().must("cat /sys/class/graphics/fb0/virtual_size"))
                    .isEqualTo("1152,864\n");
            assertThat(qemu.guest().must("ls /sys/bus/pci/drivers/serial")).contains("0000:");
            assertThat(qemu.guest().run("echo wrong >&2; exit 3")).isEqualTo(new Guest.Result(3, "wrong\n"));
        }
    }

    @Test
    void aScriptsOutputAndExitCodeAreTheCommands() throws Exception {
        Path script = Files.writeString(folder.resolve("script"), "echo \"$# $2\"; echo wrong >&2; exit 7\n");
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");

        Process process = new ProcessBuilder(Serving.peer("qemu"), "--script", script.toString(), "--", "a", "b c")
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();

        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(out).content().isEqualTo("2 b c\n");
        assertThat(err).content().isEqualTo("wrong\n");
        assertThat(process.exitValue()).isEqualTo(7);
    }
}
