/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** Migration version 2 of {@code linux/vfio.h}. */
public final class VfioMigration {
    public static final Struct MIGRATION =
            Struct.named("vfio_device_feature_migration").u64("flags").build();
    public static final Struct.U64 MIGRATION_FLAGS = MIGRATION.u64("flags");

    /** Bits of {@code vfio_device_feature_migration.flags}. */
    public static final long VFIO_MIGRATION_STOP_COPY = 1 << 0;

    public static final long VFIO_MIGRATION_P2P = 1 << 1;
    public static final long VFIO_MIGRATION_PRE_COPY = 1 << 2;

    /** The state to go to or that was reached, and the descriptor of the data stream or -1. */
    public static final Struct STATE = Struct.named("vfio_device_feature_mig_state")
            .u32("device_state")
            .s32("data_fd")
            .build();

    public static final Struct.U32 STATE_DEVICE_STATE = STATE.u32("device_state");
    public static final Struct.U32 STATE_DATA_FD = STATE.u32("data_fd");

    /** {@code enum vfio_device_mig_state}. */
    public static final int VFIO_DEVICE_STATE_ERROR = 0;

    public static final int VFIO_DEVICE_STATE_STOP = 1;
    public static final int VFIO_DEVICE_STATE_RUNNING = 2;
    public static final int VFIO_DEVICE_STATE_STOP_COPY = 3;
    public static final int VFIO_DEVICE_STATE_RESUMING = 4;
    public static final int VFIO_DEVICE_STATE_RUNNING_P2P = 5;
    public static final int VFIO_DEVICE_STATE_PRE_COPY = 6;
    public static final int VFIO_DEVICE_STATE_PRE_COPY_P2P = 7;

    public static final Struct DATA_SIZE = Struct.named("vfio_device_feature_mig_data_size")
            .u64("stop_copy_length")
            .build();
    public static final Struct.U64 DATA_SIZE_STOP_COPY_LENGTH = DATA_SIZE.u64("stop_copy_length");

    public static final Struct PRECOPY_INFO = Struct.named("vfio_precopy_info")
            .u32("argsz")
            .u32("flags")
            .u64("initial_bytes")
            .u64("dirty_bytes")
            .build();
    public static final Struct.U32 PRECOPY_INFO_ARGSZ = PRECOPY_INFO.u32("argsz");
    public static final Struct.U32 PRECOPY_INFO_FLAGS = PRECOPY_INFO.u32("flags");
    public static final Struct.U64 PRECOPY_INFO_INITIAL_BYTES = PRECOPY_INFO.u64("initial_bytes");
    public static final Struct.U64 PRECOPY_INFO_DIRTY_BYTES = PRECOPY_INFO.u64("dirty_bytes");

    /** Bit of {@code vfio_precopy_info.flags}. */
    public static final int VFIO_PRECOPY_INFO_REINIT = 1 << 0;

    private VfioMigration() {}
}
