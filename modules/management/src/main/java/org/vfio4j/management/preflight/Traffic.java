/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import org.jspecify.annotations.Nullable;

/**
 * What has to go through which line.
 *
 * @param bandwidth of the line, bytes a second
 * @param isBandwidthGiven whether somebody said so; else it is only assumed
 * @param stateBytesOrNull of all the devices' saved states together: what VFIO_DEVICE_FEATURE_MIG_DATA_SIZE says; null if nobody knows
 * @param dirtyRate how fast running devices change states that were sent already, bytes a second
 * @param memoryBytesOrNull the guest's; null if it is not known
 * @param limitMillis how long the virtual machine may stand still: QEMU's downtime-limit
 */
public record Traffic(
        long bandwidth,
        boolean isBandwidthGiven,
        @Nullable Long stateBytesOrNull,
        long dirtyRate,
        @Nullable Long memoryBytesOrNull,
        long limitMillis) {
    /** 10 Gbit/s. */
    public static final long ASSUMED_BANDWIDTH = 1_250_000_000L;

    /** QEMU's default. */
    public static final long ASSUMED_LIMIT = 300;

    public Traffic {
        if (bandwidth <= 0 || dirtyRate < 0 || limitMillis < 0) {
            throw new IllegalArgumentException("a bandwidth is above 0; a rate and a limit are not below it");
        }
    }

    /** Nothing is known. */
    public static Traffic unknown() {
        return new Traffic(ASSUMED_BANDWIDTH, false, null, 0, null, ASSUMED_LIMIT);
    }
}
