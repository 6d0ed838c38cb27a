/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.EnumSet;
import java.util.Set;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.mdev.MdevType;

/** The parent of mdpy displays: a fixed number of devices, whatever their types. */
public final class MdpyDriver extends SampleDriver {
    /** The kernel module's parameter {@code count} where it is not given. */
    private static final int DEVICES = 4;

    /** A parent of 4 devices. */
    public MdpyDriver() {
        this(DEVICES);
    }

    /** A parent of this many devices. */
    public MdpyDriver(int devices) {
        super(
                MdpyDevice.NAME,
                MdpyDevice.Model.values(),
                DeviceFeatures.of(DeviceFeatures.DISPLAY_REGION, DeviceFeatures.MIGRATION),
                new Stock(devices, "devices", Errno.EUSERS));
    }

    /** The resolution is fixed, so its plane never changes. */
    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return EnumSet.allOf(Query.Kind.class);
    }
}
