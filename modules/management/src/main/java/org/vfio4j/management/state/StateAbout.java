/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.state;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose state a file has.
 *
 * @param device its name
 * @param typeOrNull of a mediated device: the type's id
 * @param driverOrNull the vendor's driver
 * @param host the machine's name
 * @param saved when, in ISO form
 */
public record StateAbout(
        String device,
        @Nullable String typeOrNull,
        @Nullable String driverOrNull,
        String host,
        String saved) {
    public Optional<String> type() {
        return Optional.ofNullable(typeOrNull);
    }

    public Optional<String> driver() {
        return Optional.ofNullable(driverOrNull);
    }
}
