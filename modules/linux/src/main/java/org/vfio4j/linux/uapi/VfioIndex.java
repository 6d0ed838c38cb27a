/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** The fixed region and IRQ indexes of {@code linux/vfio.h}, by device API. A PCI region of index 9 or more says what it is by a capability. */
public final class VfioIndex {
    /** Regions of a PCI device. */
    public static final int VFIO_PCI_BAR0_REGION_INDEX = 0;

    public static final int VFIO_PCI_BAR1_REGION_INDEX = 1;
    public static final int VFIO_PCI_BAR2_REGION_INDEX = 2;
    public static final int VFIO_PCI_BAR3_REGION_INDEX = 3;
    public static final int VFIO_PCI_BAR4_REGION_INDEX = 4;
    public static final int VFIO_PCI_BAR5_REGION_INDEX = 5;
    public static final int VFIO_PCI_ROM_REGION_INDEX = 6;
    public static final int VFIO_PCI_CONFIG_REGION_INDEX = 7;
    public static final int VFIO_PCI_VGA_REGION_INDEX = 8;
    public static final int VFIO_PCI_NUM_REGIONS = 9;

    /** IRQs of a PCI device. */
    public static final int VFIO_PCI_INTX_IRQ_INDEX = 0;

    public static final int VFIO_PCI_MSI_IRQ_INDEX = 1;
    public static final int VFIO_PCI_MSIX_IRQ_INDEX = 2;
    public static final int VFIO_PCI_ERR_IRQ_INDEX = 3;
    public static final int VFIO_PCI_REQ_IRQ_INDEX = 4;
    public static final int VFIO_PCI_NUM_IRQS = 5;

    /** Regions and IRQs of a channel device (s390). */
    public static final int VFIO_CCW_CONFIG_REGION_INDEX = 0;

    public static final int VFIO_CCW_NUM_REGIONS = 1;
    public static final int VFIO_CCW_IO_IRQ_INDEX = 0;
    public static final int VFIO_CCW_CRW_IRQ_INDEX = 1;
    public static final int VFIO_CCW_REQ_IRQ_INDEX = 2;
    public static final int VFIO_CCW_NUM_IRQS = 3;

    /** IRQs of a crypto adapter (s390). */
    public static final int VFIO_AP_REQ_IRQ_INDEX = 0;

    public static final int VFIO_AP_CFG_CHG_IRQ_INDEX = 1;

    private VfioIndex() {}
}
