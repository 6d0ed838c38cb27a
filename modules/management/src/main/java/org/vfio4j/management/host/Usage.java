/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.util.List;

/**
 * Whether somebody has a device open, as far as can be told without touching it.
 *
 * @param state what is known
 * @param holders who holds it, where that is visible
 */
public record Usage(State state, List<Holder> holders) {
    /** Nobody holds it. */
    public static final Usage FREE = new Usage(State.FREE, List.of());

    /** It cannot be told from here, for want of permission or because the host is elsewhere. */
    public static final Usage UNKNOWN = new Usage(State.UNKNOWN, List.of());

    public Usage {
        holders = List.copyOf(holders);
    }

    /** Held by {@code holders}, who may not all be visible. */
    public static Usage inUse(List<Holder> holders) {
        return new Usage(State.IN_USE, holders);
    }

    public boolean isInUse() {
        return state == State.IN_USE;
    }

    /** What is known. */
    public enum State {
        FREE,
        IN_USE,
        UNKNOWN
    }

    /** A process that holds the device's group or cdev open, such as QEMU. */
    public record Holder(long pid, String command) {
        @Override
        public String toString() {
            return command + " (pid " + pid + ")";
        }
    }
}
