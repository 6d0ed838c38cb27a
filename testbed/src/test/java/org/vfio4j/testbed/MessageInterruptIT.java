/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;

/**
 * A device of ours interrupts a machine of QEMU's by MSI, MSI-X and INTx. A message is a write to memory, so it is pointed at memory that nobody
 * else uses and read there.
 */
@Timeout(900)
class MessageInterruptIT {
    private static final long MAILBOX = 0x10_0000;
    private static final int DATA = 0x4a40;

    @TempDir
    Path folder;

    @Test
    void everyVectorOfMsiIsAMessageOfItsOwn() throws Exception {
        try (Served served = serve(Set.of());
                Qtest machine = Qtest.start(folder, List.of(served.socket()))) {
            PciFunction function = machine.function(0).enable();
            for (int round = 0; round < 2; round++) {
                function.enableMsi(MAILBOX, DATA, 2);
                for (int vector = Exerciser.MSI_VECTORS - 1; vector >= 0; vector--) {
                    function.write32(0, Exerciser.FIRE, vector);
                    awaitMessage(machine, MAILBOX, DATA + vector);
                }

                function.disableMsi();

                assertSilent(served, IrqInfo.PCI_MSI);
            }
        }
    }

    @Test
    void aMachineThatWantsFewerVectorsOfMsiGetsTheRestAsItsLast() throws Exception {
        try (Served served = serve(Set.of());
                Qtest machine = Qtest.start(folder, List.of(served.socket()))) {
            PciFunction function = machine.function(0).enable();
            function.enableMsi(MAILBOX, DATA, 0);

            function.write32(0, Exerciser.FIRE, 0);

            awaitMessage(machine, MAILBOX, DATA);
        }
    }

    /** QEMU adds vectors one by one where the device allows that; else it takes all away and installs them again. */
    @ParameterizedTest
    @EnumSource(
            value = Exerciser.Trait.class,
            names = {"MSIX", "FIXED_MSIX"})
    void everyVectorOfMsixIsAMessageOfItsOwn(Exerciser.Trait kind) throws Exception {
        try (Served served = serve(Set.of(kind));
                Qtest machine = Qtest.start(folder, List.of(served.socket()))) {
            PciFunction function = machine.function(0).enable();
            for (int round = 1; round <= 2; round++) {
                enableAll(function, round << 8);
                for (int vector = Exerciser.MSIX_VECTORS - 1; vector >= 0; vector--) {
                    function.write32(0, Exerciser.FIRE, vector);
                    awaitMessage(machine, mailbox(vector), (round << 8) + vector);
                }

                function.disableMsix();

                assertSilent(served, IrqInfo.PCI_MSIX);
            }
            assertThat(disablings(machine)).matches(count -> (kind == Exerciser.Trait.MSIX) == (count == 2));
        }
    }

    private static long disablings(Qtest machine) throws IOException {
        return machine.trace().stream()
                .filter(line -> line.matches("vfio_user_set_irqs .*index 2 start 0 count 0 flags 0x21.*"))
                .count();
    }

    @Test
    void aVectorThatWasNeverUnmaskedIsPendingUntilItIs() throws Exception {
        try (Served served = serve(Set.of(Exerciser.Trait.MSIX));
                Qtest machine = Qtest.start(folder, List.of(served.socket()))) {
            PciFunction function = machine.function(0).enable();
            function.enableMsix();
            function.vector(3, mailbox(3), DATA + 3);
            function.vector(5, mailbox(5), DATA + 5);
            function.mask(5, false);

            function.write32(0, Exerciser.FIRE, 3);
            function.write32(0, Exerciser.FIRE, 5);
            awaitMessage(machine, mailbox(5), DATA + 5);

            assertThat(function.isPending(3)).isTrue();
            assertThat(function.isPending(5)).isFalse();
            assertThat(machine.read(mailbox(3), 4)).isZero();
            function.mask(3, false);
            awaitMessage(machine, mailbox(3), DATA + 3);
            assertThat(function.isPending(3)).isFalse();
        }
    }

    /** QEMU keeps the message of a vector that it has masked to itself: 11.1 tells the device nothing of it, whose pending bits are what is read. */
    @Test
    void aMaskedVectorsMessageWaits() throws Exception {
        try (Served served = serve(Set.of(Exerciser.Trait.MSIX));
                Qtest machine = Qtest.start(folder, List.of(served.socket()))) {
            PciFunction function = machine.function(0).enable();
            enableAll(function, DATA);
            function.mask(3, true);

            function.write32(0, Exerciser.FIRE, 3);
            function.write32(0, Exerciser.FIRE, 5);
            awaitMessage(machine, mailbox(5), DATA + 5);

            assertThat(machine.read(mailbox(3), 4)).isZero();
            function.mask(3, false);
            awaitMessage(machine, mailbox(3), DATA + 3);
        }
    }

    @Test
    void aMaskedFunctionWaitsWithAllOfItsVectors() throws Exception {
        try (Served served = serve(Set.of(Exerciser.Trait.MSIX));
                Qtest machine = Qtest.start(folder, List.of(served.socket()))) {
            PciFunction function = machine.function(0).enable();
            enableAll(function, DATA);
            function.maskAll(true);

            function.write32(0, Exerciser.FIRE, 0);
            function.write32(0, Exerciser.FIRE, 7);

            assertThat(machine.read(mailbox(0), 4)).isZero();
            assertThat(machine.read(mailbox(7), 4)).isZero();
            function.maskAll(false);
            awaitMessage(machine, mailbox(0), DATA);
            awaitMessage(machine, mailbox(7), DATA + 7);
        }
    }

    /** It comes again for as long as the device holds its line up: each time the machine touches the device. */
    @Test
    void theLegacyInterruptIsALevel() throws Exception {
        try (Served served = serve(Set.of());
                Qtest machine = Qtest.start(folder, List.of(served.socket()))) {
            PciFunction function = machine.function(0).enable();
            machine.watchInterrupts();

            function.write32(0, Exerciser.FIRE, 0);
            Qtest.await("the interrupt", () -> !machine.raised().isEmpty());
            function.read32(0, Exerciser.RESULT);
            Qtest.await("the interrupt again", () -> !machine.raised().isEmpty());
            function.write32(0, Exerciser.LOWER, 0);
            Qtest.await("the interrupt's end", () -> machine.raised().isEmpty());

            function.read32(0, Exerciser.RESULT);
            assertThat(machine.raised()).isEmpty();
        }
    }

    @Test
    void oneKindOfInterruptFollowsTheOther() throws Exception {
        try (Served served = serve(Set.of(Exerciser.Trait.MSIX));
                Qtest machine = Qtest.start(folder, List.of(served.socket()))) {
            PciFunction function = machine.function(0).enable();
            machine.watchInterrupts();
            for (int round = 1; round <= 2; round++) {
                function.enableMsi(MAILBOX, DATA, 2);
                function.write32(0, Exerciser.FIRE, 1);
                awaitMessage(machine, MAILBOX, DATA + 1);
                assertSilent(served, IrqInfo.PCI_INTX);
                function.disableMsi();

                enableAll(function, round << 8);
                function.write32(0, Exerciser.FIRE, 6);
                awaitMessage(machine, mailbox(6), (round << 8) + 6);
                assertSilent(served, IrqInfo.PCI_MSI);
                function.disableMsix();

                assertSilent(served, IrqInfo.PCI_MSIX);
                function.write32(0, Exerciser.FIRE, 0);
                Qtest.await("the legacy interrupt", () -> !machine.raised().isEmpty());
                function.write32(0, Exerciser.LOWER, 0);
                Qtest.await("its end", () -> machine.raised().isEmpty());
                machine.write(MAILBOX, 4, 0);
            }
        }
    }

    private Served serve(Set<Exerciser.Trait> traits) {
        return Served.of(folder.resolve("exerciser"), Exerciser.create(traits));
    }

    private static void enableAll(PciFunction function, int data) throws IOException {
        function.enableMsix();
        for (int vector = 0; vector < Exerciser.MSIX_VECTORS; vector++) {
            function.vector(vector, mailbox(vector), data + vector);
            function.mask(vector, false);
        }
    }

    private static long mailbox(int vector) {
        return MAILBOX + 0x1000 + vector * 0x10L;
    }

    private static void awaitMessage(Qtest machine, long address, int data) throws Exception {
        Qtest.await("message 0x" + Integer.toHexString(data), () -> machine.read(address, 4) == data);
    }

    /** The client has no eventfd for that index any more, or none yet. */
    private static void assertSilent(Served served, int index) {
        IrqRequest fire = new IrqRequest(index, 0, 1, IrqRequest.Action.TRIGGER, new IrqRequest.Data.None());
        assertThat(Access.errno(() -> served.device().setIrqs(fire))).isEqualTo("EINVAL");
    }
}
