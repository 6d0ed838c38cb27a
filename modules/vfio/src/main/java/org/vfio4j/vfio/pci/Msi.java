/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Eventfd;
import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.IrqInfo;

/**
 * Message signalled interrupts, MSI or MSI-X: one eventfd for each vector. Its user gets it through {@link Interrupts}.
 *
 * <p>Masking is the user's: he keeps the MSI-X table. A vector of MSI-X that has no eventfd, as one that was never unmasked, is as good as
 * masked: its message waits, and its pending bit is set, until it has one.
 */
public final class Msi implements Irq {
    private final IrqInfo info;
    private final @Nullable Eventfd[] eventfds;
    private final boolean keepsPending;
    private final BitSet pending = new BitSet();

    private Msi(int index, int flags, int vectors, boolean keepsPending) {
        this.info = new IrqInfo(index, IrqInfo.EVENTFD | flags, vectors);
        this.eventfds = new @Nullable Eventfd[vectors];
        this.keepsPending = keepsPending;
    }

    /** MSI with {@code vectors} vectors. */
    public static Msi msi(int vectors) {
        return new Msi(IrqInfo.PCI_MSI, IrqInfo.NORESIZE, vectors, false);
    }

    /** MSI-X with {@code vectors} vectors, whose use can grow while some are installed. */
    public static Msi msix(int vectors) {
        return new Msi(IrqInfo.PCI_MSIX, 0, vectors, true);
    }

    /** The pending bits of MSI-X (PCI Local Bus Specification 3.0, 6.8.2.10), where {@link ConfigSpace.Builder#msix} says they are in the BAR. */
    public Window pendingBits(int offset) {
        int words = (eventfds.length + Long.SIZE - 1) / Long.SIZE;
        return Window.view("msi-x pending bits", offset, words * Long.BYTES, this::pendingByte);
    }

    private int pendingByte(int index) {
        int bits = 0;
        for (int i = 0; i < Byte.SIZE; i++) {
            bits |= pending.get(index * Byte.SIZE + i) ? 1 << i : 0;
        }
        return bits;
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
        } else if (keepsPending) {
            pending.set(vector);
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
        if (pending.get(vector)) {
            pending.clear(vector);
            copy.signal();
        }
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
        pending.clear();
    }
}
