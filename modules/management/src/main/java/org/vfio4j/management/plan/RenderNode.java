/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

/** What is known of the host's GPU nodes, which OpenGL consoles draw with. */
public sealed interface RenderNode {
    /** There is one. */
    record At(String path) implements RenderNode {}

    /** There is none. */
    record None() implements RenderNode {}

    /** Nobody looked. */
    record Unknown() implements RenderNode {}

    /** {@code yes}, {@code no} or {@code unknown}, for rules. */
    default String word() {
        return switch (this) {
            case At at -> "yes";
            case None none -> "no";
            case Unknown unknown -> "unknown";
        };
    }
}
