/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;

/** A device of ours copies within the memory of a machine of QEMU's, which it maps or, where it is not shared, asks QEMU for. */
@Timeout(900)
class MachineDmaIT {
    private static final long SEED = 20261126;
    private static final int MB = 1 << 20;
    private static final long SOURCE = 16 * MB;
    private static final long DESTINATION = 24 * MB;
    private static final int GUARD = 64;

    /** Where QEMU has the firmware, which devices may read and not write. */
    private static final long FIRMWARE = 0xfffc_0000L;

    private static final long NOWHERE = 0x7000_0000L;

    /** A request of the server's that arrived at QEMU. */
    private static final String DMA_READ = "vfio_user_recv_request  command 0xb";

    @TempDir
    Path folder;

    /** QEMU waits for the answer to a write to a device with a BAR that can be mapped, and answers no DMA message meanwhile. */
    @ParameterizedTest
    @CsvSource({"shared, POSTED", "plain, POSTED", "shared, AWAITED", "plain, AWAITED"})
    void everyLengthAndAlignmentIsCopied(String memory, Writes writes) throws Exception {
        Exerciser device = Exerciser.create(writes == Writes.AWAITED ? Set.of(Exerciser.Trait.MAPPED_BAR) : Set.of());
        Random random = new Random(SEED);
        try (Served served = Served.of(folder.resolve("exerciser"), device);
                Qtest machine = start(memory, served)) {
            PciFunction function = machine.function(0).enable();
            for (int length : new int[] {1, 7, 4096, 65536, 65537, Exerciser.LARGEST_COPY}) {
                long source = SOURCE + random.nextInt(4096);
                long destination = DESTINATION + GUARD + random.nextInt(4096);
                byte[] bytes = new byte[length];
                random.nextBytes(bytes);
                machine.bytes(source, bytes);
                machine.bytes(destination - GUARD, new byte[length + 2 * GUARD]);

                assertThat(copy(device, function, source, destination, length)).isEqualTo(Exerciser.COPIED);

                byte[] copied = machine.bytes(destination - GUARD, length + 2 * GUARD);
                assertThat(Arrays.copyOfRange(copied, GUARD, GUARD + length)).isEqualTo(bytes);
                assertThat(Arrays.copyOf(copied, GUARD)).containsOnly(0);
                assertThat(Arrays.copyOfRange(copied, GUARD + length, copied.length))
                        .containsOnly(0);
            }
            assertThat(machine.trace().stream().anyMatch(line -> line.contains(DMA_READ)))
                    .isEqualTo(memory.equals("plain"));
        }
    }

    /** The firmware is memory that is never shared. */
    @ParameterizedTest
    @ValueSource(strings = {"shared", "plain"})
    void theFirmwareIsReadAndNotWritten(String memory) throws Exception {
        Exerciser device = Exerciser.create(Set.of());
        try (Served served = Served.of(folder.resolve("exerciser"), device);
                Qtest machine = start(memory, served)) {
            PciFunction function = machine.function(0).enable();
            byte[] firmware = machine.bytes(FIRMWARE, 100_000);
            assertThat(firmware).isNotEqualTo(new byte[firmware.length]);

            assertThat(copy(device, function, FIRMWARE, DESTINATION, firmware.length))
                    .isEqualTo(Exerciser.COPIED);
            assertThat(copy(device, function, SOURCE, FIRMWARE, 16)).isEqualTo(Errno.EFAULT);
            assertThat(copy(device, function, NOWHERE, DESTINATION, 16)).isEqualTo(Errno.EFAULT);
            assertThat(copy(device, function, SOURCE, NOWHERE - 8, 16)).isEqualTo(Errno.EFAULT);

            assertThat(machine.bytes(DESTINATION, firmware.length)).isEqualTo(firmware);
            assertThat(machine.bytes(FIRMWARE, firmware.length)).isEqualTo(firmware);
        }
    }

    /** A driver that polls a register until the device is done, while QEMU answers no DMA message as long as it waits for the register. */
    @ParameterizedTest
    @EnumSource
    void aDeviceIsPolledWhileItCopies(Writes writes) throws Exception {
        Set<Exerciser.Trait> traits = EnumSet.of(Exerciser.Trait.REENTRANT);
        if (writes == Writes.AWAITED) {
            traits.add(Exerciser.Trait.MAPPED_BAR);
        }
        Exerciser device = Exerciser.create(traits);
        try (Served served = Served.of(folder.resolve("exerciser"), device);
                Qtest machine = start("plain", served)) {
            PciFunction function = machine.function(0).enable();
            for (int round = 0; round < 3; round++) {
                byte[] bytes = new byte[Exerciser.LARGEST_COPY];
                new Random(SEED + round).nextBytes(bytes);
                machine.bytes(SOURCE, bytes);

                startCopy(function, SOURCE, DESTINATION, bytes.length);
                Qtest.await("the end of the copy", () -> function.read32(0, Exerciser.RESULT) != Exerciser.BUSY);

                assertThat(function.read32(0, Exerciser.RESULT)).isEqualTo(Exerciser.COPIED);
                assertThat(machine.bytes(DESTINATION, bytes.length)).isEqualTo(bytes);
            }
        }
    }

    /** One that cannot be read meanwhile gives up before QEMU does, says so, and works again when it is not polled. */
    @Test
    void aDeviceThatCannotBePolledGivesUpItsCopy() throws Exception {
        Exerciser device = Exerciser.create(Set.of());
        try (Served served = Served.of(folder.resolve("exerciser"), device);
                Qtest machine = start("plain", served)) {
            PciFunction function = machine.function(0).enable();
            machine.bytes(SOURCE, new byte[] {1, 2, 3, 4});

            Qtest.await("a copy that is polled before it is done", () -> {
                startCopy(function, SOURCE, DESTINATION, Exerciser.LARGEST_COPY);
                int result = function.read32(0, Exerciser.RESULT);
                device.awaitCopy();
                assertThat(result).isIn(Exerciser.COPIED, Errno.EDEADLK);
                return result == Errno.EDEADLK;
            });

            assertThat(copy(device, function, SOURCE, DESTINATION, 4)).isEqualTo(Exerciser.COPIED);
            assertThat(machine.bytes(DESTINATION, 4)).containsExactly(1, 2, 3, 4);
        }
    }

    /** How QEMU writes to the device. */
    enum Writes {
        POSTED,
        AWAITED
    }

    private Qtest start(String memory, Served served) throws IOException {
        return memory.equals("plain")
                ? Qtest.start(folder, List.of(served.socket()), "--plain-memory")
                : Qtest.start(folder, List.of(served.socket()));
    }

    /** Has the device copy, and returns its result: read when it is done, since QEMU answers none of its DMA messages during an access that it awaits. */
    private static int copy(Exerciser device, PciFunction function, long from, long to, int length) throws Exception {
        startCopy(function, from, to, length);
        device.awaitCopy();
        return function.read32(0, Exerciser.RESULT);
    }

    private static void startCopy(PciFunction function, long from, long to, int length) throws IOException {
        function.write64(0, Exerciser.SOURCE, from);
        function.write64(0, Exerciser.DESTINATION, to);
        function.write32(0, Exerciser.COPY, length);
    }
}
