/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.explain;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.rule.Version;

/**
 * What a line means.
 *
 * @param id of what is known, stable, for scripts
 * @param whose who writes it, such as {@code QEMU}
 * @param isHarmless whether everything works although it is written
 * @param line where it was found, as it was given
 * @param fromOrNull the first version known to write it
 * @param toOrNull the first version known to write it no longer
 * @param cause why it is written, a sentence
 * @param remedy what to do, a sentence
 * @param source where it is known from
 */
public record Explanation(
        String id,
        String whose,
        boolean isHarmless,
        String line,
        @Nullable Version fromOrNull,
        @Nullable Version toOrNull,
        String cause,
        String remedy,
        String source) {
    static Explanation of(KnownText known, String line) {
        return new Explanation(
                known.id(),
                known.whose(),
                known.isHarmless(),
                line,
                known.fromOrNull(),
                known.toOrNull(),
                known.cause(),
                known.remedy(),
                known.source());
    }

    /** Whose it is, with the versions where they are known, such as {@code QEMU from 10.0}. */
    public String writer() {
        return whose
                + Optional.ofNullable(fromOrNull).map(v -> " from " + v).orElse("")
                + Optional.ofNullable(toOrNull).map(v -> " before " + v).orElse("");
    }
}
