/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.IrqRequest.Action;
import org.vfio4j.vfio.IrqRequest.Data;

class InterruptsTest {
    private static final int VECTORS = 4;

    private boolean line;
    private final Interrupts interrupts = Interrupts.of(new Intx(() -> line), Msi.msi(VECTORS));
    private final Eventfd intx = Eventfd.create();
    private final Eventfd msi = Eventfd.create();

    @AfterEach
    void close() {
        interrupts.close();
        intx.close();
        msi.close();
    }

    @Test
    void anIndexThatIsNotOfferedHasNoInterrupts() {
        assertThat(interrupts.info(IrqInfo.PCI_INTX)).isEqualTo(new IrqInfo(0, 7, 1));
        assertThat(interrupts.info(IrqInfo.PCI_MSI)).isEqualTo(new IrqInfo(1, 9, VECTORS));
        assertThat(interrupts.info(IrqInfo.PCI_REQ)).isEqualTo(new IrqInfo(4, 0, 0));
        assertErrno(Errno.EINVAL, () -> interrupts.info(5));
        assertErrno(Errno.EINVAL, () -> interrupts.info(-1));
    }

    @Test
    void intxMasksItselfWhenItFires() {
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));

        interrupts.fire(0);
        interrupts.fire(0);

        assertThat(intx.drain()).isEqualTo(1);
    }

    @Test
    void unmaskingFiresAgainWhileTheLineIsUp() {
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));
        line = true;
        interrupts.fire(0);
        intx.drain();

        interrupts.set(IrqRequest.unmask(IrqInfo.PCI_INTX));
        assertThat(intx.drain()).isEqualTo(1);

        line = false;
        interrupts.set(IrqRequest.unmask(IrqInfo.PCI_INTX));
        assertThat(intx.drain()).isZero();
        interrupts.fire(0);
        assertThat(intx.drain()).isEqualTo(1);
    }

    @Test
    void whatHappensWhileMaskedIsToldAfterwards() {
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));
        interrupts.set(IrqRequest.mask(IrqInfo.PCI_INTX));
        line = true;
        interrupts.fire(0);
        assertThat(intx.drain()).isZero();

        interrupts.set(IrqRequest.unmask(IrqInfo.PCI_INTX));

        assertThat(intx.drain()).isEqualTo(1);
    }

    @Test
    void anEventfdInstalledWhileTheLineIsUpIsToldAtOnce() {
        line = true;

        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));

        assertThat(intx.drain()).isEqualTo(1);
    }

    @Test
    void boolsChooseWhetherToMask() {
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));

        interrupts.set(request(IrqInfo.PCI_INTX, Action.MASK, new Data.Bools(List.of(false))));
        interrupts.fire(0);
        assertThat(intx.drain()).isEqualTo(1);

        interrupts.set(request(IrqInfo.PCI_INTX, Action.UNMASK, new Data.Bools(List.of(false))));
        interrupts.fire(0);
        assertThat(intx.drain()).isZero();
    }

    @Test
    void theUserCanFireAnInterruptHimself() {
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));

        interrupts.set(request(IrqInfo.PCI_INTX, Action.TRIGGER, new Data.Bools(List.of(false))));
        assertThat(intx.drain()).isZero();
        interrupts.set(request(IrqInfo.PCI_INTX, Action.TRIGGER, new Data.None()));
        assertThat(intx.drain()).isEqualTo(1);
    }

    @Test
    void messagesGoToTheirVectorsAndAreNeverMasked() {
        Eventfd second = Eventfd.create();
        interrupts.set(new IrqRequest(
                IrqInfo.PCI_MSI,
                1,
                3,
                Action.TRIGGER,
                new Data.Eventfds(List.of(Optional.of(msi.fd()), Optional.empty(), Optional.of(second.fd())))));

        interrupts.fire(1);
        interrupts.fire(1);
        interrupts.fire(0);
        interrupts.fire(3);

        assertThat(msi.drain()).isEqualTo(2);
        assertThat(second.drain()).isEqualTo(1);
        assertErrno(Errno.ENOTTY, () -> interrupts.set(IrqRequest.mask(IrqInfo.PCI_MSI)));
        assertErrno(Errno.ENOTTY, () -> interrupts.set(IrqRequest.unmask(IrqInfo.PCI_MSI)));
        second.close();
    }

    @Test
    void aMessageOfMsixWaitsForItsEventfdAndIsPendingMeanwhile() {
        Msi msix = Msi.msix(70);
        Window bits = msix.pendingBits(0x800);
        Interrupts own = Interrupts.of(new Intx(() -> line), msix);
        own.set(IrqRequest.trigger(IrqInfo.PCI_MSIX, msi.fd()));
        assertThat(bits.size()).isEqualTo(16);

        own.fire(65);
        own.fire(65);

        assertThat(bits.readPart(8, 8)).isEqualTo(0b10);
        own.set(new IrqRequest(
                IrqInfo.PCI_MSIX, 65, 1, Action.TRIGGER, new Data.Eventfds(List.of(Optional.of(intx.fd())))));
        assertThat(intx.drain()).isEqualTo(1);
        assertThat(bits.readPart(8, 8)).isZero();
        own.fire(3);
        own.set(IrqRequest.disable(IrqInfo.PCI_MSIX));
        assertThat(bits.readPart(0, 8)).isZero();
        own.close();
    }

    @Test
    void intxAndMsiExcludeEachOther() {
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));
        assertErrno(Errno.EINVAL, () -> interrupts.set(IrqRequest.trigger(IrqInfo.PCI_MSI, msi.fd())));

        interrupts.set(IrqRequest.disable(IrqInfo.PCI_INTX));
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_MSI, msi.fd()));
        interrupts.fire(0);

        assertThat(msi.drain()).isEqualTo(1);
        assertThat(intx.drain()).isZero();
        assertErrno(Errno.EINVAL, () -> interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd())));
    }

    @Test
    void takingAnEventfdAwayDisables() {
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));

        interrupts.set(request(IrqInfo.PCI_INTX, Action.TRIGGER, new Data.Eventfds(List.of(Optional.empty()))));
        interrupts.fire(0);

        assertThat(intx.drain()).isZero();
        assertErrno(Errno.EINVAL, () -> interrupts.set(IrqRequest.mask(IrqInfo.PCI_INTX)));
    }

    @Test
    void aNewEventfdReplacesTheOldOneAndStartsUnmasked() {
        Eventfd replacement = Eventfd.create();
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));
        interrupts.fire(0);
        intx.drain();

        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, replacement.fd()));
        interrupts.fire(0);

        assertThat(intx.drain()).isZero();
        assertThat(replacement.drain()).isEqualTo(1);
        replacement.close();
    }

    @Test
    void theEventfdStaysTheCallers() {
        Fd duplicate = intx.fd().duplicate();
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, duplicate));
        duplicate.close();

        interrupts.fire(0);
        interrupts.close();

        assertThat(intx.drain()).isEqualTo(1);
        assertThat(intx.fd().isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {IrqInfo.PCI_INTX, IrqInfo.PCI_MSI})
    void anIndexWithoutAnEventfdCanNeitherBeFiredNorDisabled(int index) {
        assertErrno(Errno.EINVAL, () -> interrupts.set(IrqRequest.disable(index)));
        assertErrno(Errno.EINVAL, () -> interrupts.set(request(index, Action.TRIGGER, new Data.None())));
    }

    @ParameterizedTest
    @ValueSource(ints = {IrqInfo.PCI_MSIX, IrqInfo.PCI_ERR, IrqInfo.PCI_REQ})
    void indexesThatAreNotOfferedAreRefused(int index) {
        assertErrno(Errno.ENOTTY, () -> interrupts.set(IrqRequest.trigger(index, intx.fd())));
        assertErrno(Errno.ENOTTY, () -> interrupts.set(IrqRequest.disable(index)));
    }

    @ParameterizedTest
    @ValueSource(ints = {5, -1, Integer.MAX_VALUE})
    void indexesThatPciDoesNotHaveAreRefused(int index) {
        assertErrno(Errno.EINVAL, () -> interrupts.set(IrqRequest.trigger(index, intx.fd())));
        assertErrno(Errno.EINVAL, () -> interrupts.set(IrqRequest.disable(index)));
    }

    @Test
    void rangesOutsideTheIndexAreRefused() {
        assertRefused(VECTORS, 1);
        assertRefused(0, VECTORS + 1);
        assertRefused(3, 2);
        assertRefused(-1, 1);
        assertRefused(1, -1);
        assertRefused(Integer.MAX_VALUE, Integer.MAX_VALUE);
        assertRefused(-1, -1);
    }

    private void assertRefused(int start, int count) {
        Data none = new Data.None();
        assertErrno(
                Errno.EINVAL,
                () -> interrupts.set(new IrqRequest(IrqInfo.PCI_MSI, start, count, Action.TRIGGER, none)));
    }

    @Test
    void dataThatDoNotMatchTheCountAreRefused() {
        List<Optional<Fd>> two = Collections.nCopies(2, Optional.of(msi.fd()));
        assertErrno(
                Errno.EINVAL,
                () -> interrupts.set(new IrqRequest(IrqInfo.PCI_MSI, 0, 3, Action.TRIGGER, new Data.Eventfds(two))));
        assertErrno(
                Errno.EINVAL,
                () -> interrupts.set(new IrqRequest(IrqInfo.PCI_MSI, 0, 1, Action.TRIGGER, new Data.Bools(List.of()))));
        assertErrno(
                Errno.EINVAL,
                () -> interrupts.set(
                        new IrqRequest(IrqInfo.PCI_MSI, 0, 0, Action.TRIGGER, new Data.Eventfds(List.of()))));
        interrupts.fire(0);
        assertThat(msi.drain()).isZero();
    }

    @Test
    void intxIsNotMaskedThroughEventfds() {
        interrupts.set(IrqRequest.trigger(IrqInfo.PCI_INTX, intx.fd()));
        Data fds = new Data.Eventfds(List.of(Optional.of(msi.fd())));

        assertErrno(Errno.ENOTTY, () -> interrupts.set(request(IrqInfo.PCI_INTX, Action.MASK, fds)));
        assertErrno(Errno.ENOTTY, () -> interrupts.set(request(IrqInfo.PCI_INTX, Action.UNMASK, fds)));
    }

    private static IrqRequest request(int index, Action action, Data data) {
        return new IrqRequest(index, 0, 1, action, data);
    }

    private static void assertErrno(int errno, Runnable call) {
        assertThatExceptionOfType(ErrnoException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.errnoName()).isEqualTo(Errno.name(errno)));
    }
}
