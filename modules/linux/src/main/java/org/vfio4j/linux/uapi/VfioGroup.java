/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** The group of {@code linux/vfio.h}. */
public final class VfioGroup {
    public static final Struct STATUS =
            Struct.named("vfio_group_status").u32("argsz").u32("flags").build();
    public static final Struct.U32 STATUS_ARGSZ = STATUS.u32("argsz");
    public static final Struct.U32 STATUS_FLAGS = STATUS.u32("flags");

    /** Bits of {@code vfio_group_status.flags}. */
    public static final int VFIO_GROUP_FLAGS_VIABLE = 1 << 0;

    public static final int VFIO_GROUP_FLAGS_CONTAINER_SET = 1 << 1;

    private VfioGroup() {}
}
