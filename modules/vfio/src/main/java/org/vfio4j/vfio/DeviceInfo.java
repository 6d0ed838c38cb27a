/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.uapi.VfioDeviceInfo;

/**
 * What VFIO_DEVICE_GET_INFO answers.
 *
 * @param flags the VFIO_DEVICE_FLAGS_* bits, unknown ones kept
 * @param regions how many region indexes there are; a device may answer for others beyond (mdpy's display region is 16)
 * @param irqs how many IRQ indexes there are
 */
public record DeviceInfo(int flags, int regions, int irqs) {
    /** {@code VFIO_DEVICE_FLAGS_RESET}: the device can be reset. */
    public static final int RESET = VfioDeviceInfo.VFIO_DEVICE_FLAGS_RESET;

    /** {@code VFIO_DEVICE_FLAGS_PCI}: the device is a PCI one; regions 0 to 8 and IRQs 0 to 4 have PCI's meaning. */
    public static final int PCI = VfioDeviceInfo.VFIO_DEVICE_FLAGS_PCI;

    /** {@code VFIO_DEVICE_FLAGS_PLATFORM}: the device is a platform one. */
    public static final int PLATFORM = VfioDeviceInfo.VFIO_DEVICE_FLAGS_PLATFORM;
}
