/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One way to give a machine a device.
 *
 * @param display whether its picture is a console
 * @param ramfb whether that console shows the firmware
 * @param otherRamfb whether something else of the machine is a ramfb
 * @param resolutionOrNull the size wished for
 */
record Choice(
        boolean display,
        boolean ramfb,
        boolean otherRamfb,
        @Nullable Resolution resolutionOrNull) {
    Optional<Resolution> resolution() {
        return Optional.ofNullable(resolutionOrNull);
    }
}
