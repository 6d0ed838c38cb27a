/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.OpenMode;

/** Opens the device of a user-space host read-only, where queries and reads pass and whatever would change it is refused. */
public final class ReadOnlyWay extends OpeningWay {
    private final UserHost host;

    /**
     * @param mayReset whether PCI and platform devices may be opened, which resets them whatever they are opened for
     */
    public ReadOnlyWay(UserHost host, boolean mayReset) {
        super("read-only", mayReset);
        this.host = host;
    }

    @Override
    public String needs() {
        return "read access to the group's node, the device free";
    }

    @Override
    public String touches() {
        return "container, group, IOMMU, and the device read-only, all closed again";
    }

    @Override
    VfioDevice open(HostDevice device) {
        return host.core().open(device.name(), host.self(), OpenMode.READ_ONLY);
    }
}
