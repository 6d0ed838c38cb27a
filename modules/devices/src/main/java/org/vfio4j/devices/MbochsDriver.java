/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.EnumSet;
import java.util.Set;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.mdev.MdevType;

/** The parent of mbochs displays: a fixed amount of video memory, of which each type takes its own. */
public final class MbochsDriver extends SampleDriver {
    /** The kernel module's parameter {@code count} where it is not given. */
    private static final int MEGABYTES = 256;

    /** A parent of 256 MB. */
    public MbochsDriver() {
        this(MEGABYTES);
    }

    /** A parent of this many MB of video memory. */
    public MbochsDriver(int megabytes) {
        super(
                MbochsDevice.NAME,
                MbochsDevice.Model.values(),
                DeviceFeatures.of(DeviceFeatures.DISPLAY_DMABUF, DeviceFeatures.MIGRATION),
                new Stock(megabytes, "MB of video memory", Errno.ENOSPC));
    }

    /** All but the plane itself, which is what the guest sets it to. */
    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return EnumSet.complementOf(EnumSet.of(Query.Kind.GFX_PLANE));
    }
}
