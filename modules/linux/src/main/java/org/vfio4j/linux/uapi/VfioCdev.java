/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** A device opened by its own node, without a group, of {@code linux/vfio.h}: it must be bound to an iommufd before any other call. */
public final class VfioCdev {
    public static final Struct BIND = Struct.named("vfio_device_bind_iommufd")
            .u32("argsz")
            .u32("flags")
            .s32("iommufd")
            .u32("out_devid")
            .minsz()
            .u64("token_uuid_ptr")
            .build();
    public static final Struct.U32 BIND_ARGSZ = BIND.u32("argsz");
    public static final Struct.U32 BIND_FLAGS = BIND.u32("flags");
    public static final Struct.U32 BIND_IOMMUFD = BIND.u32("iommufd");
    public static final Struct.U32 BIND_OUT_DEVID = BIND.u32("out_devid");
    public static final Struct.U64 BIND_TOKEN_UUID_PTR = BIND.u64("token_uuid_ptr");

    /** Bit of {@code vfio_device_bind_iommufd.flags}: {@code token_uuid_ptr} holds. */
    public static final int VFIO_DEVICE_BIND_FLAG_TOKEN = 1 << 0;

    public static final Struct ATTACH = Struct.named("vfio_device_attach_iommufd_pt")
            .u32("argsz")
            .u32("flags")
            .u32("pt_id")
            .minsz()
            .u32("pasid")
            .build();
    public static final Struct.U32 ATTACH_ARGSZ = ATTACH.u32("argsz");
    public static final Struct.U32 ATTACH_FLAGS = ATTACH.u32("flags");
    public static final Struct.U32 ATTACH_PT_ID = ATTACH.u32("pt_id");
    public static final Struct.U32 ATTACH_PASID = ATTACH.u32("pasid");

    /** Bit of {@code vfio_device_attach_iommufd_pt.flags}: {@code pasid} holds. */
    public static final int VFIO_DEVICE_ATTACH_PASID = 1 << 0;

    public static final Struct DETACH = Struct.named("vfio_device_detach_iommufd_pt")
            .u32("argsz")
            .u32("flags")
            .minsz()
            .u32("pasid")
            .build();
    public static final Struct.U32 DETACH_ARGSZ = DETACH.u32("argsz");
    public static final Struct.U32 DETACH_FLAGS = DETACH.u32("flags");
    public static final Struct.U32 DETACH_PASID = DETACH.u32("pasid");

    /** Bit of {@code vfio_device_detach_iommufd_pt.flags}: {@code pasid} holds. */
    public static final int VFIO_DEVICE_DETACH_PASID = 1 << 0;

    private VfioCdev() {}
}
