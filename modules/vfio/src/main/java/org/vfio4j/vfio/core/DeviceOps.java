/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.util.Optional;
import java.util.Set;
import org.vfio4j.vfio.VfioDevice;

/**
 * The operations that a bus driver registers for a device: the kernel's {@code struct vfio_device_ops}. The core calls one at a time, each on
 * a thread of its own with a bound: whatever one throws is EIO for the user, one that does not come back is ETIMEDOUT, and the core calls no
 * other until it has.
 */
public interface DeviceOps {
    /** The device. It lives until {@link #remove} and keeps its state when a user closes it; the core never closes it. */
    VfioDevice device();

    /**
     * The first user opens the device: the kernel's {@code open_device}.
     *
     * @throws org.vfio4j.linux.ErrnoException if he may not
     */
    default void open(OpenContext context) {}

    /** The last user has closed it. */
    default void close() {}

    /**
     * The queries whose answers never change and depend on nothing that {@link #open} does. The core asks them once, at registration, and
     * answers from that: the device is not touched, whoever has it open.
     */
    default Set<Query.Kind> queriesWithoutOpen() {
        return Set.of();
    }

    /** The version of the host's driver, shown as {@code host_driver_version}; two hosts' are compared for equality. */
    default Optional<String> hostDriverVersion() {
        return Optional.empty();
    }

    /** The device goes; nobody has it open. What it held is given back. */
    void remove();
}
