/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.uapi.VfioIndex;
import org.vfio4j.linux.uapi.VfioIrq;

/**
 * What VFIO_DEVICE_GET_IRQ_INFO answers.
 *
 * @param index the IRQ index
 * @param flags the VFIO_IRQ_INFO_* bits, unknown ones kept
 * @param count how many interrupts (vectors) the index has; 0 if the device has none there
 */
public record IrqInfo(int index, int flags, int count) {
    /** {@code VFIO_IRQ_INFO_EVENTFD}: can be signalled through eventfds. */
    public static final int EVENTFD = VfioIrq.VFIO_IRQ_INFO_EVENTFD;

    /** {@code VFIO_IRQ_INFO_MASKABLE}. */
    public static final int MASKABLE = VfioIrq.VFIO_IRQ_INFO_MASKABLE;

    /** {@code VFIO_IRQ_INFO_AUTOMASKED}: masks itself when it fires, until unmasked. */
    public static final int AUTOMASKED = VfioIrq.VFIO_IRQ_INFO_AUTOMASKED;

    /** {@code VFIO_IRQ_INFO_NORESIZE}: to use more vectors, the index must be disabled first. */
    public static final int NORESIZE = VfioIrq.VFIO_IRQ_INFO_NORESIZE;

    /** {@code VFIO_PCI_INTX_IRQ_INDEX} to {@code VFIO_PCI_NUM_IRQS} of linux/vfio.h. */
    public static final int PCI_INTX = VfioIndex.VFIO_PCI_INTX_IRQ_INDEX;

    public static final int PCI_MSI = VfioIndex.VFIO_PCI_MSI_IRQ_INDEX;
    public static final int PCI_MSIX = VfioIndex.VFIO_PCI_MSIX_IRQ_INDEX;
    public static final int PCI_ERR = VfioIndex.VFIO_PCI_ERR_IRQ_INDEX;
    public static final int PCI_REQ = VfioIndex.VFIO_PCI_REQ_IRQ_INDEX;
    public static final int PCI_IRQS = VfioIndex.VFIO_PCI_NUM_IRQS;
}
