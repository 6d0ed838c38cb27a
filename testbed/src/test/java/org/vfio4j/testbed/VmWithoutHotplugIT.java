/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
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
            assertThat(SerialPort.all(vm.qemu().guest()).getFirst().loop("still here"))
                    .isEqualTo("still here");
        }
    }

    /** This QEMU aborts when a device with MSI-X is unplugged, and does not unplug one from pcie.0. */
    @Test
    void whatQemuCannotUnplugIsNotTouched() throws Exception {
        try (Served msix = Served.of(folder.resolve("msix"), Exerciser.create(Set.of(Exerciser.Trait.MSIX)));
                Served fixed = Served.sample(folder, "mdpy-vga");
                MovingVm vm = MovingVm.boot(
                        folder,
                        "--qemu",
                        "-device",
                        "--qemu",
                        "{\"driver\":\"vfio-user-pci\",\"id\":\"fixed\",\"bus\":\"pcie.0\",\"socket\":{\"type\":\"unix\",\"path\":\""
                                + fixed.socket() + "\"}}");
                Serving there = Serving.in(Files.createDirectory(folder.resolve("b")));
                Qemu waiting = Qemu.waiting(folder)) {
            vm.qemu().plug("msix", "port3", msix.socket());

            Ended ended = vm.move(waiting, there, "", command -> {}, "--check");

            assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(1);
            assertThat(ended.out())
                    .containsPattern("msix: .*\\[with-vm-msix-unplug]")
                    .containsPattern("fixed: .*\\[with-vm-not-hotpluggable]")
                    .containsPattern("fixed: .*\\[with-vm-not-served]")
                    .doesNotContainPattern("device[12]: ");
        }
    }
}
