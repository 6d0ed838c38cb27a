/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** What VFIO_DEVICE_GET_INFO of {@code linux/vfio.h} answers. */
public final class VfioDeviceInfo {
    public static final Struct INFO = Struct.named("vfio_device_info")
            .u32("argsz")
            .u32("flags")
            .u32("num_regions")
            .u32("num_irqs")
            .minsz()
            .u32("cap_offset")
            .u32("pad")
            .build();
    public static final Struct.U32 INFO_ARGSZ = INFO.u32("argsz");
    public static final Struct.U32 INFO_FLAGS = INFO.u32("flags");
    public static final Struct.U32 INFO_NUM_REGIONS = INFO.u32("num_regions");
    public static final Struct.U32 INFO_NUM_IRQS = INFO.u32("num_irqs");
    public static final Struct.U32 INFO_CAP_OFFSET = INFO.u32("cap_offset");

    /** Bits of {@code vfio_device_info.flags}. */
    public static final int VFIO_DEVICE_FLAGS_RESET = 1 << 0;

    public static final int VFIO_DEVICE_FLAGS_PCI = 1 << 1;
    public static final int VFIO_DEVICE_FLAGS_PLATFORM = 1 << 2;
    public static final int VFIO_DEVICE_FLAGS_AMBA = 1 << 3;
    public static final int VFIO_DEVICE_FLAGS_CCW = 1 << 4;
    public static final int VFIO_DEVICE_FLAGS_AP = 1 << 5;
    public static final int VFIO_DEVICE_FLAGS_FSL_MC = 1 << 6;
    public static final int VFIO_DEVICE_FLAGS_CAPS = 1 << 7;
    public static final int VFIO_DEVICE_FLAGS_CDX = 1 << 8;

    /** What sysfs shows as a type's {@code device_api}. */
    public static final String VFIO_DEVICE_API_PCI_STRING = "vfio-pci";

    public static final String VFIO_DEVICE_API_PLATFORM_STRING = "vfio-platform";
    public static final String VFIO_DEVICE_API_AMBA_STRING = "vfio-amba";
    public static final String VFIO_DEVICE_API_CCW_STRING = "vfio-ccw";
    public static final String VFIO_DEVICE_API_AP_STRING = "vfio-ap";

    /** Capabilities in the chain behind it. */
    public static final int VFIO_DEVICE_INFO_CAP_ZPCI_BASE = 1;

    public static final int VFIO_DEVICE_INFO_CAP_ZPCI_GROUP = 2;
    public static final int VFIO_DEVICE_INFO_CAP_ZPCI_UTIL = 3;
    public static final int VFIO_DEVICE_INFO_CAP_ZPCI_PFIP = 4;
    public static final int VFIO_DEVICE_INFO_CAP_PCI_ATOMIC_COMP = 5;

    public static final Struct ATOMIC_COMP = Struct.named("vfio_device_info_cap_pci_atomic_comp")
            .struct("header", VfioCapability.HEADER)
            .u32("flags")
            .u32("reserved")
            .build();
    public static final Struct.U32 ATOMIC_COMP_FLAGS = ATOMIC_COMP.u32("flags");

    /** Bits of {@code vfio_device_info_cap_pci_atomic_comp.flags}. */
    public static final int VFIO_PCI_ATOMIC_COMP32 = 1 << 0;

    public static final int VFIO_PCI_ATOMIC_COMP64 = 1 << 1;
    public static final int VFIO_PCI_ATOMIC_COMP128 = 1 << 2;

    private VfioDeviceInfo() {}
}
