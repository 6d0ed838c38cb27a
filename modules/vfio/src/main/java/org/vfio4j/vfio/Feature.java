/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vfio4j.linux.uapi.VfioFeature;
import org.vfio4j.linux.uapi.VfioMigration;

/** The indexes and bits of VFIO_DEVICE_FEATURE, and the queries that the whole house makes with it. */
public final class Feature {
    public static final int GET = VfioFeature.VFIO_DEVICE_FEATURE_GET;
    public static final int SET = VfioFeature.VFIO_DEVICE_FEATURE_SET;
    public static final int PROBE = VfioFeature.VFIO_DEVICE_FEATURE_PROBE;
    /** The bits of the flags that hold the index. */
    public static final int INDEX_MASK = VfioFeature.VFIO_DEVICE_FEATURE_MASK;

    public static final int MIGRATION = VfioFeature.VFIO_DEVICE_FEATURE_MIGRATION;
    public static final int MIG_DEVICE_STATE = VfioFeature.VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE;
    public static final int DMA_LOGGING_START = VfioFeature.VFIO_DEVICE_FEATURE_DMA_LOGGING_START;
    public static final int DMA_LOGGING_STOP = VfioFeature.VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP;
    public static final int DMA_LOGGING_REPORT = VfioFeature.VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT;
    public static final int MIG_DATA_SIZE = VfioFeature.VFIO_DEVICE_FEATURE_MIG_DATA_SIZE;

    /** The bits that GET {@link #MIGRATION} answers. */
    public static final long STOP_COPY = VfioMigration.VFIO_MIGRATION_STOP_COPY;

    public static final long P2P = VfioMigration.VFIO_MIGRATION_P2P;
    public static final long PRE_COPY = VfioMigration.VFIO_MIGRATION_PRE_COPY;

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
