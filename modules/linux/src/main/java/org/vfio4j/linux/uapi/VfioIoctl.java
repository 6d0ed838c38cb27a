/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/**
 * The ioctl numbers of {@code linux/vfio.h}, by the kind of descriptor that takes them. The container's and the device's numbers overlap:
 * the same number means another call on another descriptor.
 */
public final class VfioIoctl {
    public static final int VFIO_TYPE = ';';
    public static final int VFIO_BASE = 100;

    // the container
    public static final IoctlNumber VFIO_GET_API_VERSION = vfio("VFIO_GET_API_VERSION", 0);
    public static final IoctlNumber VFIO_CHECK_EXTENSION = vfio("VFIO_CHECK_EXTENSION", 1);
    public static final IoctlNumber VFIO_SET_IOMMU = vfio("VFIO_SET_IOMMU", 2);

    // a group
    public static final IoctlNumber VFIO_GROUP_GET_STATUS = vfio("VFIO_GROUP_GET_STATUS", 3);
    public static final IoctlNumber VFIO_GROUP_SET_CONTAINER = vfio("VFIO_GROUP_SET_CONTAINER", 4);
    public static final IoctlNumber VFIO_GROUP_UNSET_CONTAINER = vfio("VFIO_GROUP_UNSET_CONTAINER", 5);
    public static final IoctlNumber VFIO_GROUP_GET_DEVICE_FD = vfio("VFIO_GROUP_GET_DEVICE_FD", 6);

    // a device
    public static final IoctlNumber VFIO_DEVICE_GET_INFO = vfio("VFIO_DEVICE_GET_INFO", 7);
    public static final IoctlNumber VFIO_DEVICE_GET_REGION_INFO = vfio("VFIO_DEVICE_GET_REGION_INFO", 8);
    public static final IoctlNumber VFIO_DEVICE_GET_IRQ_INFO = vfio("VFIO_DEVICE_GET_IRQ_INFO", 9);
    public static final IoctlNumber VFIO_DEVICE_SET_IRQS = vfio("VFIO_DEVICE_SET_IRQS", 10);
    public static final IoctlNumber VFIO_DEVICE_RESET = vfio("VFIO_DEVICE_RESET", 11);
    public static final IoctlNumber VFIO_DEVICE_GET_PCI_HOT_RESET_INFO = vfio("VFIO_DEVICE_GET_PCI_HOT_RESET_INFO", 12);
    public static final IoctlNumber VFIO_DEVICE_PCI_HOT_RESET = vfio("VFIO_DEVICE_PCI_HOT_RESET", 13);
    public static final IoctlNumber VFIO_DEVICE_QUERY_GFX_PLANE = vfio("VFIO_DEVICE_QUERY_GFX_PLANE", 14);
    public static final IoctlNumber VFIO_DEVICE_GET_GFX_DMABUF = vfio("VFIO_DEVICE_GET_GFX_DMABUF", 15);
    public static final IoctlNumber VFIO_DEVICE_IOEVENTFD = vfio("VFIO_DEVICE_IOEVENTFD", 16);
    public static final IoctlNumber VFIO_DEVICE_FEATURE = vfio("VFIO_DEVICE_FEATURE", 17);

    // a device opened by its own node
    public static final IoctlNumber VFIO_DEVICE_BIND_IOMMUFD = vfio("VFIO_DEVICE_BIND_IOMMUFD", 18);
    public static final IoctlNumber VFIO_DEVICE_ATTACH_IOMMUFD_PT = vfio("VFIO_DEVICE_ATTACH_IOMMUFD_PT", 19);
    public static final IoctlNumber VFIO_DEVICE_DETACH_IOMMUFD_PT = vfio("VFIO_DEVICE_DETACH_IOMMUFD_PT", 20);

    // the data descriptor of a migration
    public static final IoctlNumber VFIO_MIG_GET_PRECOPY_INFO = vfio("VFIO_MIG_GET_PRECOPY_INFO", 21);

    // a container with a type1 IOMMU
    public static final IoctlNumber VFIO_IOMMU_GET_INFO = vfio("VFIO_IOMMU_GET_INFO", 12);
    public static final IoctlNumber VFIO_IOMMU_MAP_DMA = vfio("VFIO_IOMMU_MAP_DMA", 13);
    public static final IoctlNumber VFIO_IOMMU_UNMAP_DMA = vfio("VFIO_IOMMU_UNMAP_DMA", 14);
    public static final IoctlNumber VFIO_IOMMU_ENABLE = vfio("VFIO_IOMMU_ENABLE", 15);
    public static final IoctlNumber VFIO_IOMMU_DISABLE = vfio("VFIO_IOMMU_DISABLE", 16);
    public static final IoctlNumber VFIO_IOMMU_DIRTY_PAGES = vfio("VFIO_IOMMU_DIRTY_PAGES", 17);

    private VfioIoctl() {}

    private static IoctlNumber vfio(String name, int nr) {
        return IoctlNumber.io(name, VFIO_TYPE, VFIO_BASE + nr);
    }
}
