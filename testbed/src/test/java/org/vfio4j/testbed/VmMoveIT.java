/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.testbed.MovingVm.Ended;

/**
 * {@code vfio migrate --with-vm}: a running machine and its devices go to another QEMU and another {@code vfio serve}. One machine for all tests:
 * those that fail to move it come first, and leave it as it was.
 */
@Timeout(900)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VmMoveIT {
    private static final String MOVING = "moving the machine";

    @TempDir
    static Path folder;

    @AutoClose
    @SuppressWarnings("NullAway.Init") // boot() sets it before every test
    private static MovingVm vm;

    @SuppressWarnings("NullAway.Init") // waitThere() sets these before every test
    private Path folderThere;

    @AutoClose
    @SuppressWarnings("NullAway.Init")
    private Serving there;

    @AutoClose
    @SuppressWarnings("NullAway.Init")
    private Qemu waiting;

    @BeforeAll
    static void boot() throws IOException, InterruptedException {
        vm = MovingVm.bootWithoutSerialDriver(folder);
        vm.fill();
    }

    @BeforeEach
    void waitThere() throws IOException, InterruptedException {
        folderThere = Files.createTempDirectory(folder, "b");
        there = Serving.in(folderThere);
        waiting = Qemu.waiting(folder);
    }

    /** The one machine runs at the source, with its devices, and nothing of them is at the destination. */
    private void assertBack(Ended ended, String why) throws IOException, InterruptedException {
        assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(1);
        assertThat(ended.err().replaceAll("\\s+", " "))
                .contains("the machine was not moved: ")
                .contains(why)
                .contains("The machine runs at unix:" + vm.qemu().openQmp() + " with device1, device2.");
        assertThat(vm.qemu().isRunning()).isTrue();
        assertThat(vm.host().vfio("list", "--host", "user").out()).contains(MovingVm.SERIAL, MovingVm.DISPLAY);
    }

    @Test
    @Order(1)
    void aDestinationThatDiesLeavesTheMachineWhereItWas() throws Exception {
        vm.slow(true);

        Ended ended = vm.move(waiting, there, MOVING, command -> waiting.kill());

        assertBack(ended, "QEMU");
        assertThat(there.vfio("list", "--host", "user").out()).doesNotContain(MovingVm.SERIAL);
    }

    @Test
    @Order(2)
    void aDestinationWhoseDevicesDieLeavesTheMachineWhereItWas() throws Exception {
        vm.slow(true);

        Ended ended = vm.move(waiting, there, MOVING, command -> {
            there.end("KILL");
            vm.slow(false);
        });

        assertBack(ended, "device_add");
        try (Serving again = Serving.in(folderThere)) {
            assertThat(again.vfio("list", "--host", "user").out()).doesNotContain(MovingVm.SERIAL);
        }
        assertThat(waiting.awaitEnd())
                .as("the QEMU at the destination has ended")
                .isTrue();
    }

    @Test
    @Order(3)
    void whoCancelsHasItWhereItWas() throws Exception {
        vm.slow(true);

        Ended ended = vm.move(
                waiting,
                there,
                MOVING,
                command -> assertThat(command.toHandle().destroy()).isTrue());

        assertThat(ended.err().replaceAll("\\s+", " "))
                .contains("it was cancelled")
                .contains("The machine runs at unix:" + vm.qemu().openQmp() + " with device1, device2.");
        assertThat(vm.qemu().isRunning()).isTrue();
        assertThat(there.vfio("list", "--host", "user").out()).doesNotContain(MovingVm.SERIAL);
    }

    @Test
    @Order(4)
    void whatStandsInTheWayIsSaidAndNothingIsTouched() throws Exception {
        assertThat(there.vfio("start", "-p", "mtty", "-t", "mtty-1", "-u", MovingVm.SERIAL)
                        .exitCode())
                .isZero();

        Ended ended = vm.move(waiting, there, "", command -> {});

        assertThat(ended.exitCode()).isEqualTo(1);
        assertThat(ended.out()).contains("[with-vm-name-taken]").doesNotContain("unplugging");
        assertThat(ended.err()).contains("Nothing was touched.");
    }

    @Test
    @Order(5)
    void theMachineAndWhatItsDevicesHoldArriveTogether() throws Exception {
        vm.slow(false);

        Ended ended = vm.move(waiting, there, "", command -> {});

        assertThat(ended.exitCode()).as(ended.out() + ended.err()).isZero();
        assertThat(ended.err()).isEmpty();
        assertThat(ended.out())
                .contains("The machine runs at the destination with " + MovingVm.SERIAL + ", " + MovingVm.DISPLAY);
        assertThat(vm.qemu().awaitEnd()).as("the QEMU at the source has ended").isTrue();
        assertThat(vm.host().vfio("list", "--host", "user").out())
                .doesNotContain(MovingVm.SERIAL)
                .doesNotContain(MovingVm.DISPLAY);
        MovingVm.assertWhole(waiting.guest());
        MovingVm.assertBothWork(waiting.guest(), there);
    }
}
