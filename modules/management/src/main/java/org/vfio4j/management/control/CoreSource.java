/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.util.HashMap;
import java.util.Map;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.GroupHandle;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.user.DeviceSource;
import org.vfio4j.vfio.user.Offer;

/** A device of a user-space host, for a server: opened in the core, as any other user opens it. */
public final class CoreSource implements DeviceSource {
    private final UserHost host;
    private final CoreDevice device;

    /** A device of that host. */
    public CoreSource(UserHost host, CoreDevice device) {
        this.host = host;
        this.device = device;
    }

    @Override
    public VfioDevice open() {
        return host.core().open(device.name(), host.self());
    }

    @Override
    public VfioDevice display() {
        return device.display();
    }

    /** What the device was registered with, and its EDID where the driver answers such a question without an open. */
    @Override
    public Offer offer() {
        DeviceFeatures registered = device.features();
        Map<String, Boolean> features = new HashMap<>();
        features.put(Offer.DISPLAY_REGION, registered.has(DeviceFeatures.DISPLAY_REGION));
        features.put(Offer.DISPLAY_DMABUF, registered.has(DeviceFeatures.DISPLAY_DMABUF));
        features.put(Offer.MIGRATION, registered.has(DeviceFeatures.MIGRATION));
        try (GroupHandle group = host.core().openGroupForQueries(device.group().number(), host.self())) {
            features.put(Offer.EDID, hasEdid(group));
        } catch (ErrnoException e) {
            // it answers only when it is open: then this is not told
        }
        return new Offer(features, 0, device.hostDriverVersion());
    }

    private boolean hasEdid(GroupHandle group) {
        int regions = group.query(device.name(), new Query.Info()).regions();
        for (int i = RegionInfo.PCI_REGIONS; i < regions; i++) {
            if (group.query(device.name(), new Query.Region(i))
                    .type()
                    .filter(type -> type.isEdid())
                    .isPresent()) {
                return true;
            }
        }
        return false;
    }
}
