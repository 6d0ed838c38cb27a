/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

/**
 * What VFIO_DEVICE_GET_IRQ_INFO answers.
 *
 * @param index the IRQ index
 * @param flags the VFIO_IRQ_INFO_* bits, unknown ones kept
 * @param count how many interrupts (vectors) the index has; 0 if the device has none there
 */
public record IrqInfo(int index, int flags, int count) {
    /** {@code VFIO_IRQ_INFO_EVENTFD}: can be signalled through eventfds. */
    public static final int EVENTFD = 1;

    /** {@code VFIO_IRQ_INFO_MASKABLE}. */
    public static final int MASKABLE = 2;

    /** {@code VFIO_IRQ_INFO_AUTOMASKED}: masks itself when it fires, until unmasked. */
    public static final int AUTOMASKED = 4;

    /** {@code VFIO_IRQ_INFO_NORESIZE}: to use more vectors, the index must be disabled first. */
    public static final int NORESIZE = 8;

    /** {@code VFIO_PCI_INTX_IRQ_INDEX} to {@code VFIO_PCI_NUM_IRQS} of linux/vfio.h. */
    public static final int PCI_INTX = 0;

    public static final int PCI_MSI = 1;
    public static final int PCI_MSIX = 2;
    public static final int PCI_ERR = 3;
    public static final int PCI_REQ = 4;
    public static final int PCI_IRQS = 5;
}
