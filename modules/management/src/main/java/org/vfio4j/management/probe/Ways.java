/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.List;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.KernelHost;

/** Which ways of asking a host offers. */
public final class Ways {
    private Ways() {}

    /**
     * The ways of a host, the least intrusive first.
     *
     * @param mayReset whether physical devices may be opened, which resets them
     */
    public static List<Way> of(Host host, boolean mayReset) {
        Way open = new OpenWay(host, mayReset);
        if (host instanceof KernelHost kernel) {
            Way sysfs = new SysfsWay(kernel);
            Way debugfs = new DebugfsWay(kernel);
            return kernel.isThisMachine() ? List.of(sysfs, debugfs, open) : List.of(sysfs, debugfs);
        }
        return List.of(open);
    }
}
