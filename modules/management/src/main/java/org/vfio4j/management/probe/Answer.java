/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.List;

/** An answer to a {@link Question}: never a bare boolean, but what was asked by which way, and what came back. */
public sealed interface Answer {
    /** The way's name, such as {@code open}. */
    String way();

    /** What was called or read, and what came back. */
    String evidence();

    /** {@code yes}, {@code no} or {@code unknown}. */
    String word();

    /**
     * The device has it.
     *
     * @param flags what more the answer said, such as {@code stop-copy}; empty where there is nothing more
     */
    record Yes(String way, String evidence, List<String> flags) implements Answer {
        public Yes {
            flags = List.copyOf(flags);
        }

        public Yes(String way, String evidence) {
            this(way, evidence, List.of());
        }

        @Override
        public String word() {
            return "yes";
        }
    }

    /** The device does not have it. */
    record No(String way, String evidence) implements Answer {
        @Override
        public String word() {
            return "no";
        }
    }

    /**
     * It could not be told.
     *
     * @param cause in a word, for scripts
     * @param because in words, for people
     * @param remedy what would settle it
     */
    record Unknown(String way, String evidence, Cause cause, String because, String remedy) implements Answer {
        @Override
        public String word() {
            return "unknown";
        }
    }
}
