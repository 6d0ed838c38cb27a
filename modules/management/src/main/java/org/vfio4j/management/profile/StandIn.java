/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import java.lang.foreign.ValueLayout;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.migration.Features;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.PciDevice;

/**
 * A plain PCI function in the place of a vendor's device: it answers what is asked before a virtual machine starts as the profile says, and
 * does nothing else. Its display never shows anything, and it does not migrate for all that it says.
 */
final class StandIn extends PciDevice {
    private final DeviceFeatures can;

    private StandIn(Parts parts, DeviceFeatures can) {
        super(parts);
        this.can = can;
    }

    static StandIn powerOn(Profile.Identity identity, DeviceFeatures can, Runnable release) {
        ConfigSpace config = ConfigSpace.of(identity.vendor(), identity.device())
                .subsystem(identity.subsystemVendor(), identity.subsystemDevice())
                .classCode(identity.classCode(), identity.revision())
                .command(0, ConfigSpace.COMMAND_MEMORY | ConfigSpace.COMMAND_MASTER)
                .build();
        return new StandIn(new Parts(config).features(features(can)).release(release), can);
    }

    @Override
    public GfxPlane queryGfxPlane(int planeFlags) {
        requireOpen();
        int type = planeFlags & ~GfxPlane.PROBE;
        boolean shows = switch (type) {
            case GfxPlane.REGION -> can.has(DeviceFeatures.DISPLAY_REGION);
            case GfxPlane.DMABUF -> can.has(DeviceFeatures.DISPLAY_DMABUF);
            default -> false;
        };
        if (!shows) {
            throw new VfioException(Errno.EINVAL, "a stand-in without such a display");
        }
        return GfxPlane.NONE;
    }

    private static Features features(DeviceFeatures can) {
        if (!can.has(DeviceFeatures.MIGRATION)) {
            return Features.none();
        }
        return Features.builder()
                .get(
                        Feature.MIGRATION,
                        Long.BYTES,
                        answer -> answer.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, Feature.STOP_COPY))
                .build();
    }
}
