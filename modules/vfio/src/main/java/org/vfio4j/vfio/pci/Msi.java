/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.IrqInfo;

/** Message signalled interrupts, MSI or MSI-X: one eventfd for each vector, none of which can be masked. Its user gets it through {@link Interrupts}. */
public final class Msi implements Irq {
    private final IrqInfo info;
    private final @Nullable Eventfd[] eventfds;

    private Msi(int index, int flags, int vectors) {
        this.info = new IrqInfo(index, IrqInfo.EVENTFD | flags, vectors);
        this.eventfds = new @Nullable Eventfd[vectors];
    }

    /** MSI with {@code vectors} vectors. */
    public static Msi msi(int vectors) {
        return new Msi(IrqInfo.PCI_MSI, IrqInfo.NORESIZE, vectors);
    }

    /** MSI-X with {@code vectors} vectors, whose use can grow while some are installed. */
    public static Msi msix(int vectors) {
        return new Msi(IrqInfo.PCI_MSIX, 0, vectors);
    }

    @Override
    public IrqInfo info() {
        return info;
    }

    @Override
    public boolean active() {
        for (Eventfd eventfd : eventfds) {
            if (eventfd != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void fire(int vector) {
        Eventfd eventfd = eventfds[vector];
        if (eventfd != null) {
            eventfd.signal();
        }
    }

    /** Does nothing: a message has no level. */
    @Override
    public void refire() {}

    @Override
    public void install(int vector, Fd fd) {
        Eventfd copy = Eventfd.take(fd.duplicate());
        remove(vector);
        eventfds[vector] = copy;
    }

    @Override
    public void remove(int vector) {
        Eventfd eventfd = eventfds[vector];
        if (eventfd != null) {
            eventfd.close();
        }
        eventfds[vector] = null;
    }

    @Override
    public void close() {
        for (int vector = 0; vector < eventfds.length; vector++) {
            remove(vector);
        }
    }
}
