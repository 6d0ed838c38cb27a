/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.explain;

import org.jspecify.annotations.Nullable;
import org.vfio4j.management.rule.Version;

/**
 * A text of somebody's that is known.
 *
 * @param id stable, for scripts, such as {@code dmabuf-on-vnc}
 * @param whose who writes it: {@code QEMU}, {@code libvirt}, {@code mdevctl}, {@code Linux} or {@code FUSE}
 * @param pattern what has to stand in a line
 * @param isHarmless whether everything works although it is written
 * @param fromOrNull the first version known to write it
 * @param toOrNull the first version known to write it no longer
 * @param cause why it is written, a sentence
 * @param remedy what to do, a sentence
 * @param source where it is known from
 * @param sample a line that has it
 */
record KnownText(
        String id,
        String whose,
        Pattern pattern,
        boolean isHarmless,
        @Nullable Version fromOrNull,
        @Nullable Version toOrNull,
        String cause,
        String remedy,
        String source,
        String sample) {}
