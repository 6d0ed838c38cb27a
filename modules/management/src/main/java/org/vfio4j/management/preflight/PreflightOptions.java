/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.guest.GuestReport;

/**
 * How a check is to be done.
 *
 * @param acceptsUnknown whether what is not known is a warning instead of a blocker
 * @param wanted which device of the destination a device of the source is to become, by name, where somebody said so
 * @param guestOrNull what the guest's agent said of its drivers; null if nobody asked it
 * @param versions which versions go together
 * @param judgeOrNull asks the destination's drivers now; null to go by what they declared
 * @param traffic what has to go through which line
 */
public record PreflightOptions(
        boolean acceptsUnknown,
        Map<String, String> wanted,
        @Nullable GuestReport guestOrNull,
        VersionRules versions,
        @Nullable Judge judgeOrNull,
        Traffic traffic) {
    public PreflightOptions {
        wanted = Map.copyOf(wanted);
    }

    /** Nothing was said. */
    public static PreflightOptions with(VersionRules versions) {
        return new PreflightOptions(false, Map.of(), null, versions, null, Traffic.unknown());
    }

    /** The same with somebody who asks the destination's drivers; null goes by what they declared. */
    public PreflightOptions judgedBy(@Nullable Judge judge) {
        return new PreflightOptions(acceptsUnknown, wanted, guestOrNull, versions, judge, traffic);
    }

    Optional<String> wanted(String device) {
        return Optional.ofNullable(wanted.get(device));
    }
}
