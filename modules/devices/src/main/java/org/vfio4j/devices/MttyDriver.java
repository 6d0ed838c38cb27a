/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.EnumSet;
import java.util.Set;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.mdev.MdevType;

/** The parent of mtty serial cards: a fixed number of ports, of which each type takes its own. */
public final class MttyDriver extends SampleDriver {
    private static final int PORTS = 24;

    /** A parent of 24 ports. */
    public MttyDriver() {
        this(PORTS);
    }

    /** A parent of this many ports. */
    public MttyDriver(int ports) {
        super(
                MttyDevice.NAME,
                MttyDevice.Model.values(),
                DeviceFeatures.of(DeviceFeatures.MIGRATION),
                new Stock(ports, "ports", Errno.ENOSPC));
    }

    /** All, but there is no plane. */
    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return EnumSet.complementOf(EnumSet.of(Query.Kind.GFX_PLANE));
    }
}
