/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

/** The display of {@code linux/vfio.h}: a plane as a region or as a dmabuf, and the EDID region. */
public final class VfioGfx {
    /** Which of {@code region_index} and {@code dmabuf_id} holds, the flags say. */
    public static final Struct PLANE_INFO = Struct.named("vfio_device_gfx_plane_info")
            .u32("argsz")
            .u32("flags")
            .u32("drm_plane_type")
            .u32("drm_format")
            .u64("drm_format_mod")
            .u32("width")
            .u32("height")
            .u32("stride")
            .u32("size")
            .u32("x_pos")
            .u32("y_pos")
            .u32("x_hot")
            .u32("y_hot")
            .u32("region_index")
            .or("dmabuf_id")
            .minsz()
            .u32("reserved")
            .build();

    public static final Struct.U32 PLANE_INFO_ARGSZ = PLANE_INFO.u32("argsz");
    public static final Struct.U32 PLANE_INFO_FLAGS = PLANE_INFO.u32("flags");
    public static final Struct.U32 PLANE_INFO_DRM_PLANE_TYPE = PLANE_INFO.u32("drm_plane_type");
    public static final Struct.U32 PLANE_INFO_DRM_FORMAT = PLANE_INFO.u32("drm_format");
    public static final Struct.U64 PLANE_INFO_DRM_FORMAT_MOD = PLANE_INFO.u64("drm_format_mod");
    public static final Struct.U32 PLANE_INFO_WIDTH = PLANE_INFO.u32("width");
    public static final Struct.U32 PLANE_INFO_HEIGHT = PLANE_INFO.u32("height");
    public static final Struct.U32 PLANE_INFO_STRIDE = PLANE_INFO.u32("stride");
    public static final Struct.U32 PLANE_INFO_SIZE = PLANE_INFO.u32("size");
    public static final Struct.U32 PLANE_INFO_X_POS = PLANE_INFO.u32("x_pos");
    public static final Struct.U32 PLANE_INFO_Y_POS = PLANE_INFO.u32("y_pos");
    public static final Struct.U32 PLANE_INFO_X_HOT = PLANE_INFO.u32("x_hot");
    public static final Struct.U32 PLANE_INFO_Y_HOT = PLANE_INFO.u32("y_hot");
    public static final Struct.U32 PLANE_INFO_REGION_INDEX = PLANE_INFO.u32("region_index");
    public static final Struct.U32 PLANE_INFO_DMABUF_ID = PLANE_INFO.u32("dmabuf_id");

    /** Bits of {@code vfio_device_gfx_plane_info.flags}. */
    public static final int VFIO_GFX_PLANE_TYPE_PROBE = 1 << 0;

    public static final int VFIO_GFX_PLANE_TYPE_DMABUF = 1 << 1;
    public static final int VFIO_GFX_PLANE_TYPE_REGION = 1 << 2;

    /** What the region of type GFX and subtype EDID begins with; the EDID itself is at {@code edid_offset}. */
    public static final Struct EDID = Struct.named("vfio_region_gfx_edid")
            .u32("edid_offset")
            .u32("edid_max_size")
            .u32("edid_size")
            .u32("max_xres")
            .u32("max_yres")
            .u32("link_state")
            .build();

    public static final Struct.U32 EDID_EDID_OFFSET = EDID.u32("edid_offset");
    public static final Struct.U32 EDID_EDID_MAX_SIZE = EDID.u32("edid_max_size");
    public static final Struct.U32 EDID_EDID_SIZE = EDID.u32("edid_size");
    public static final Struct.U32 EDID_MAX_XRES = EDID.u32("max_xres");
    public static final Struct.U32 EDID_MAX_YRES = EDID.u32("max_yres");
    public static final Struct.U32 EDID_LINK_STATE = EDID.u32("link_state");

    /** Values of {@code vfio_region_gfx_edid.link_state}. */
    public static final int VFIO_DEVICE_GFX_LINK_STATE_UP = 1;

    public static final int VFIO_DEVICE_GFX_LINK_STATE_DOWN = 2;

    private VfioGfx() {}
}
