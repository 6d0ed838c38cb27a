/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.DeviceKind;

/**
 * Which device of the destination a device of the source becomes.
 *
 * @param source its name there
 * @param destination its name here: a UUID, or a PCI address
 * @param kind of both
 * @param parentOrNull of a mediated device that has to be made: on which parent; null for one that is there
 * @param typeOrNull of a mediated device
 */
public record DeviceMapping(
        String source,
        String destination,
        DeviceKind kind,
        @Nullable String parentOrNull,
        @Nullable String typeOrNull) {
    /** Whether it has to be made first. */
    public boolean isToBeMade() {
        return parentOrNull != null;
    }
}
