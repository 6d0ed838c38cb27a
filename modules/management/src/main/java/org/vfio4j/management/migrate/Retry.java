/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a host that did not answer is asked again.
 *
 * @param next not before
 * @param pause between the last time and the next
 * @param why it was of no use the last time
 */
record Retry(Instant next, Duration pause, String why) {
    /** Between the first times. */
    static final Duration FIRST = Duration.ofSeconds(5);

    private static final Duration LONGEST = Duration.ofMinutes(5);

    /** After the first time, and then less and less often. */
    static Retry after(@Nullable Retry last, Instant now, String why) {
        Duration doubled = last == null ? FIRST : last.pause().multipliedBy(2);
        Duration pause = doubled.compareTo(LONGEST) > 0 ? LONGEST : doubled;
        return new Retry(now.plus(pause), pause, why);
    }
}
