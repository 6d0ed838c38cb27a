/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.bus;

import java.util.Optional;
import java.util.Set;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.DeviceReport;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.core.Query;

/** A PCI function or a platform device, as a package of devices offers it. Found through {@link java.util.ServiceLoader}. */
public interface Hardware {
    /** {@link Bus#PCI} or {@link Bus#PLATFORM}. */
    Bus bus();

    /** A PCI address such as {@code 0000:00:05.0}, or a platform device's name such as {@code mtty-mmio.0}. */
    String name();

    /** What the device can do. */
    DeviceFeatures features();

    /** Powers the device on. A PCI one has its configuration space in region 7. */
    VfioDevice create(DeviceReport report);

    /** What more than a reset an open does: it may refuse. */
    default void open(OpenContext context) {}

    /** {@link org.vfio4j.vfio.core.DeviceOps#queriesWithoutOpen}. */
    default Set<Query.Kind> queriesWithoutOpen() {
        return Set.of();
    }

    /** {@link org.vfio4j.vfio.core.DeviceOps#hostDriverVersion}. */
    default Optional<String> hostDriverVersion() {
        return Optional.empty();
    }
}
