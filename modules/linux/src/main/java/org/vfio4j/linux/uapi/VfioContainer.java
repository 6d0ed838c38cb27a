/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** The container of {@code linux/vfio.h}: the API version and the extensions that VFIO_CHECK_EXTENSION knows. */
public final class VfioContainer {
    /** What VFIO_GET_API_VERSION answers. */
    public static final int VFIO_API_VERSION = 0;

    /** IOMMU types, which VFIO_SET_IOMMU takes as well. */
    public static final int VFIO_TYPE1_IOMMU = 1;

    public static final int VFIO_SPAPR_TCE_IOMMU = 2;
    public static final int VFIO_TYPE1v2_IOMMU = 3;
    public static final int VFIO_TYPE1_NESTING_IOMMU = 6;
    public static final int VFIO_SPAPR_TCE_v2_IOMMU = 7;
    public static final int VFIO_NOIOMMU_IOMMU = 8;

    /** Properties of the IOMMU type that is set. */
    public static final int VFIO_DMA_CC_IOMMU = 4;

    public static final int VFIO_EEH = 5;
    public static final int VFIO_UNMAP_ALL = 9;
    public static final int VFIO_UPDATE_VADDR = 10;

    private VfioContainer() {}
}
