/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import org.vfio4j.linux.uapi.VfioIoctl;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.RegionInfo;

/**
 * A question about a device that can be asked through its group: an ioctl of the device with what of its argument the user fills in.
 *
 * @param <A> what answers it
 */
public sealed interface Query<A> {
    /** What a vendor driver declares to need no open. */
    enum Kind {
        INFO,
        REGION_INFO,
        IRQ_INFO,
        /** QUERY_GFX_PLANE with the PROBE flag: whether there is a display, and of which type. */
        GFX_PLANE_PROBE,
        /** QUERY_GFX_PLANE without it, where the plane never changes. */
        GFX_PLANE
    }

    /** VFIO_DEVICE_GET_INFO. */
    record Info() implements Query<DeviceInfo> {}

    /** VFIO_DEVICE_GET_REGION_INFO of a region. */
    record Region(int index) implements Query<RegionInfo> {}

    /** VFIO_DEVICE_GET_IRQ_INFO of an IRQ index. */
    record Irq(int index) implements Query<IrqInfo> {}

    /** VFIO_DEVICE_QUERY_GFX_PLANE with these flags of {@link GfxPlane}. */
    record Plane(int flags) implements Query<GfxPlane> {}

    /** Any other ioctl: EPERM. */
    record Other(int command) implements Query<Void> {}

    /**
     * The query that a nested ioctl means.
     *
     * @param command the ioctl's number
     * @param argument the index or the flags, where the command has one
     */
    static Query<?> of(int command, int argument) {
        if (command == VfioIoctl.VFIO_DEVICE_GET_INFO.number()) {
            return new Info();
        }
        if (command == VfioIoctl.VFIO_DEVICE_GET_REGION_INFO.number()) {
            return new Region(argument);
        }
        if (command == VfioIoctl.VFIO_DEVICE_GET_IRQ_INFO.number()) {
            return new Irq(argument);
        }
        if (command == VfioIoctl.VFIO_DEVICE_QUERY_GFX_PLANE.number()) {
            return new Plane(argument);
        }
        return new Other(command);
    }
}
