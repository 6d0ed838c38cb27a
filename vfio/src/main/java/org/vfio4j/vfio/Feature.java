/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The indexes and bits of VFIO_DEVICE_FEATURE, and the queries that the whole house makes with it. */
public final class Feature {
    public static final int GET = 1 << 16;
    public static final int SET = 1 << 17;
    public static final int PROBE = 1 << 18;
    /** The bits of the flags that hold the index. */
    public static final int INDEX_MASK = 0xffff;

    public static final int MIGRATION = 1;
    public static final int MIG_DEVICE_STATE = 2;
    public static final int DMA_LOGGING_START = 6;
    public static final int DMA_LOGGING_STOP = 7;
    public static final int DMA_LOGGING_REPORT = 8;
    public static final int MIG_DATA_SIZE = 9;

    /** The bits that GET {@link #MIGRATION} answers. */
    public static final long STOP_COPY = 1;

    public static final long P2P = 2;
    public static final long PRE_COPY = 4;

    private Feature() {}

    /** GET MIGRATION: the {@link #STOP_COPY}, {@link #P2P} and {@link #PRE_COPY} bits, unknown ones kept. */
    public static long migrationFlags(VfioDevice device) {
        return getLong(device, MIGRATION);
    }

    /** GET MIG_DATA_SIZE: an estimate of the stop-copy stream's length in bytes. */
    public static long migrationDataSize(VfioDevice device) {
        return getLong(device, MIG_DATA_SIZE);
    }

    /** GET MIG_DEVICE_STATE. */
    public static DeviceState deviceState(VfioDevice device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(ValueLayout.JAVA_INT, 2);
            device.feature(MIG_DEVICE_STATE | GET, state);
            return DeviceState.of(state.get(ValueLayout.JAVA_INT, 0));
        }
    }

    /** Asks whether the device has a feature at all, or with {@code operations} whether it can be got or set; throws ENOTTY if not. */
    public static void probe(VfioDevice device, int feature, int operations) {
        device.feature(feature | operations | PROBE, MemorySegment.NULL);
    }

    private static long getLong(VfioDevice device, int feature) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocate(ValueLayout.JAVA_LONG);
            device.feature(feature | GET, value);
            return value.get(ValueLayout.JAVA_LONG, 0);
        }
    }
}
