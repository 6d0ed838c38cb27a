/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** Interrupts of {@code linux/vfio.h}. */
public final class VfioIrq {
    public static final Struct INFO = Struct.named("vfio_irq_info")
            .u32("argsz")
            .u32("flags")
            .u32("index")
            .u32("count")
            .build();
    public static final Struct.U32 INFO_ARGSZ = INFO.u32("argsz");
    public static final Struct.U32 INFO_FLAGS = INFO.u32("flags");
    public static final Struct.U32 INFO_INDEX = INFO.u32("index");
    public static final Struct.U32 INFO_COUNT = INFO.u32("count");

    /** Bits of {@code vfio_irq_info.flags}. */
    public static final int VFIO_IRQ_INFO_EVENTFD = 1 << 0;

    public static final int VFIO_IRQ_INFO_MASKABLE = 1 << 1;
    public static final int VFIO_IRQ_INFO_AUTOMASKED = 1 << 2;
    public static final int VFIO_IRQ_INFO_NORESIZE = 1 << 3;

    /** {@code count} bytes or file descriptors, as the flags say, stand behind it. */
    public static final Struct SET = Struct.named("vfio_irq_set")
            .u32("argsz")
            .u32("flags")
            .u32("index")
            .u32("start")
            .u32("count")
            .flexible("data", 1)
            .build();

    public static final Struct.U32 SET_ARGSZ = SET.u32("argsz");
    public static final Struct.U32 SET_FLAGS = SET.u32("flags");
    public static final Struct.U32 SET_INDEX = SET.u32("index");
    public static final Struct.U32 SET_START = SET.u32("start");
    public static final Struct.U32 SET_COUNT = SET.u32("count");

    /** Bits of {@code vfio_irq_set.flags}: one of the first three with one of the others. */
    public static final int VFIO_IRQ_SET_DATA_NONE = 1 << 0;

    public static final int VFIO_IRQ_SET_DATA_BOOL = 1 << 1;
    public static final int VFIO_IRQ_SET_DATA_EVENTFD = 1 << 2;
    public static final int VFIO_IRQ_SET_ACTION_MASK = 1 << 3;
    public static final int VFIO_IRQ_SET_ACTION_UNMASK = 1 << 4;
    public static final int VFIO_IRQ_SET_ACTION_TRIGGER = 1 << 5;
    public static final int VFIO_IRQ_SET_DATA_TYPE_MASK = 0x7;
    public static final int VFIO_IRQ_SET_ACTION_TYPE_MASK = 0x38;

    private VfioIrq() {}
}
