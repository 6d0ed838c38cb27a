/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import org.vfio4j.linux.Fd;
import org.vfio4j.vfio.IrqInfo;

/** One IRQ index of a device; {@link Interrupts} has checked every vector before it comes here. */
sealed interface Irq extends AutoCloseable permits Intx, Msi {
    /** What VFIO_DEVICE_GET_IRQ_INFO answers for it. */
    IrqInfo info();

    /** Whether any vector has an eventfd. */
    boolean active();

    /** Tells the user. */
    void fire(int vector);

    /** Tells the user again what is still the case. */
    void refire();

    /** Installs a duplicate of {@code fd}, which stays the caller's. */
    void install(int vector, Fd fd);

    /** Takes the eventfd of a vector away, if it has one. */
    void remove(int vector);

    /** Takes every eventfd away. */
    @Override
    void close();
}
