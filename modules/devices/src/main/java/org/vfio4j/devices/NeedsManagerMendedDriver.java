/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.EnumSet;
import java.util.Set;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.mdev.MdevType;

/**
 * {@link NeedsManagerDriver} with the mend that Alex Williamson proposed in the thread: "Allow devices to be opened and probed without these external
 * dependencies." It opens for whoever may open the group, and answers queries without an open.
 */
public final class NeedsManagerMendedDriver extends VmDisplays {
    public NeedsManagerMendedDriver() {
        super("needs-manager-mended", "virtual display, opens without a VM");
    }

    @Override
    public Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return EnumSet.allOf(Query.Kind.class);
    }
}
