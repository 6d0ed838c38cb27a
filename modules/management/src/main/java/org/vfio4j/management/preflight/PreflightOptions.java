/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a check is to be done.
 *
 * @param acceptsUnknown whether what is not known is a warning instead of a blocker
 * @param wanted which device of the destination a device of the source is to become, by name, where somebody said so
 * @param guestVersions of the guest's drivers, by the device's name at the source, where the guest's agent said so
 * @param versions which versions go together
 * @param judgeOrNull asks the destination's drivers now; null to go by what they declared
 * @param traffic what has to go through which line
 */
public record PreflightOptions(
        boolean acceptsUnknown,
        Map<String, String> wanted,
        Map<String, String> guestVersions,
        VersionRules versions,
        @Nullable Judge judgeOrNull,
        Traffic traffic) {
    public PreflightOptions {
        wanted = Map.copyOf(wanted);
        guestVersions = Map.copyOf(guestVersions);
    }

    /** Nothing was said. */
    public static PreflightOptions with(VersionRules versions) {
        return new PreflightOptions(false, Map.of(), Map.of(), versions, null, Traffic.unknown());
    }

    Optional<String> wanted(String device) {
        return Optional.ofNullable(wanted.get(device));
    }

    Optional<String> guestVersion(String device) {
        return Optional.ofNullable(guestVersions.get(device));
    }
}
