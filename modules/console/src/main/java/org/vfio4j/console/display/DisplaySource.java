/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.display;

import java.nio.file.Path;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.user.VfioUserDevice;

/** Where a device's display comes from: it is opened while somebody looks, again and again. */
@FunctionalInterface
public interface DisplaySource {
    /**
     * Opens it.
     *
     * @throws org.vfio4j.linux.ErrnoException ENODEV while nobody uses a device that is only seen beside its user
     */
    VfioDevice open();

    /** A device of a user-space host in this process, beside its user. */
    static DisplaySource beside(CoreDevice device) {
        return device::display;
    }

    /** A device on a vfio-user socket of this library, beside its client. */
    static DisplaySource besideClientOf(Path socket) {
        return () -> VfioUserDevice.connectDisplay(socket);
    }
}
