/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.IrqInfo;

/**
 * The legacy interrupt: a level that is told through an eventfd. It masks itself when it fires; when the user unmasks it and the line is still
 * up, it fires again, so that none is lost while it was masked. Its user gets it through {@link Interrupts}.
 */
public final class Intx implements Irq {
    private static final IrqInfo INFO =
            new IrqInfo(IrqInfo.PCI_INTX, IrqInfo.EVENTFD | IrqInfo.MASKABLE | IrqInfo.AUTOMASKED, 1);

    private final BooleanSupplier line;
    private @Nullable Eventfd eventfd;
    private boolean masked;

    /**
     * An interrupt whose line is up while {@code line} says so.
     *
     * @param line asked when the interrupt is installed or unmasked
     */
    public Intx(BooleanSupplier line) {
        this.line = line;
    }

    @Override
    public IrqInfo info() {
        return INFO;
    }

    @Override
    public boolean active() {
        return eventfd != null;
    }

    /** Tells the user that the line went up, unless it is masked or nobody listens. */
    @Override
    public void fire(int vector) {
        if (eventfd != null && !masked) {
            masked = true;
            eventfd.signal();
        }
    }

    @Override
    public void refire() {
        if (line.getAsBoolean()) {
            fire(0);
        }
    }

    /** Masks it, or unmasks it and fires again if the line is still up. */
    void changeMask(boolean newMask) {
        masked = newMask;
        refire();
    }

    @Override
    public void install(int vector, Fd fd) {
        Eventfd copy = Eventfd.take(fd.duplicate());
        close();
        eventfd = copy;
        refire();
    }

    @Override
    public void remove(int vector) {
        close();
    }

    @Override
    public void close() {
        if (eventfd != null) {
            eventfd.close();
            eventfd = null;
        }
        masked = false;
    }
}
