/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** The reset of a PCI bus or slot with all that is on it, of {@code linux/vfio.h}. */
public final class VfioHotReset {
    public static final Struct DEPENDENT_DEVICE = Struct.named("vfio_pci_dependent_device")
            .u32("group_id")
            .or("devid")
            .u16("segment")
            .u8("bus")
            .u8("devfn")
            .build();
    public static final Struct.U32 DEPENDENT_DEVICE_GROUP_ID = DEPENDENT_DEVICE.u32("group_id");
    public static final Struct.U32 DEPENDENT_DEVICE_DEVID = DEPENDENT_DEVICE.u32("devid");
    public static final Struct.U16 DEPENDENT_DEVICE_SEGMENT = DEPENDENT_DEVICE.u16("segment");

    /** Values of {@code devid} when the flag {@link #VFIO_PCI_HOT_RESET_FLAG_DEV_ID} is set. */
    public static final int VFIO_PCI_DEVID_OWNED = 0;

    public static final int VFIO_PCI_DEVID_NOT_OWNED = -1;

    /** {@code count} of {@link #DEPENDENT_DEVICE} stand behind it. */
    public static final Struct INFO = Struct.named("vfio_pci_hot_reset_info")
            .u32("argsz")
            .u32("flags")
            .u32("count")
            .flexible("devices", Integer.BYTES)
            .build();

    public static final Struct.U32 INFO_ARGSZ = INFO.u32("argsz");
    public static final Struct.U32 INFO_FLAGS = INFO.u32("flags");
    public static final Struct.U32 INFO_COUNT = INFO.u32("count");

    /** Bits of {@code vfio_pci_hot_reset_info.flags}. */
    public static final int VFIO_PCI_HOT_RESET_FLAG_DEV_ID = 1 << 0;

    public static final int VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED = 1 << 1;

    /** {@code count} group descriptors stand behind it. */
    public static final Struct RESET = Struct.named("vfio_pci_hot_reset")
            .u32("argsz")
            .u32("flags")
            .u32("count")
            .flexible("group_fds", Integer.BYTES)
            .build();

    public static final Struct.U32 RESET_ARGSZ = RESET.u32("argsz");
    public static final Struct.U32 RESET_FLAGS = RESET.u32("flags");
    public static final Struct.U32 RESET_COUNT = RESET.u32("count");

    private VfioHotReset() {}
}
