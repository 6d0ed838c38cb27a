/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.testbed.MovingVm.Ended;

/** A guest that has no hot plug keeps its devices, and so the machine stays where it is. */
@Timeout(900)
class VmWithoutHotplugIT {
    @TempDir
    private Path folder;

    @Test
    void aGuestThatDoesNotLetGoOfADeviceIsLeftAsItWas() throws Exception {
        try (MovingVm vm = MovingVm.boot(folder, "--append", "acpiphp.disable=1");
                Serving there = Serving.in(Files.createDirectory(folder.resolve("b")));
                Qemu waiting = Qemu.waiting(folder)) {
            Ended ended = vm.move(waiting, there, "", command -> {}, "--unplug-timeout", "3");

            assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(1);
            assertThat(ended.err().replaceAll("\\s+", " "))
                    .contains("the guest did not let go of device1 within 3 s")
                    .contains("The machine runs at unix:" + vm.qemu().openQmp() + " with device1.");
            assertThat(vm.qemu().isRunning()).isTrue();
            assertThat(SerialPort.all(vm.qemu().guest()).getFirst().loop("still here")).isEqualTo("still here");
        }
    }
}
