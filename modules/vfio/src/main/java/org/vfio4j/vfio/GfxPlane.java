/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.uapi.VfioGfx;

/**
 * What VFIO_DEVICE_QUERY_GFX_PLANE answers for the primary plane.
 *
 * @param format the DRM fourcc, such as {@link #XRGB8888}; 0 while the guest shows nothing
 * @param modifier the DRM format modifier
 * @param width in pixels
 * @param height in pixels
 * @param stride bytes from a line to the next
 * @param size of the plane in bytes
 * @param x horizontal position, pixels
 * @param y vertical position, pixels
 * @param xHot horizontal hot spot of a cursor plane, pixels
 * @param yHot vertical hot spot of a cursor plane, pixels
 * @param id the region's index or the dmabuf's id, as was asked
 */
public record GfxPlane(
        int format,
        long modifier,
        int width,
        int height,
        int stride,
        int size,
        int x,
        int y,
        int xHot,
        int yHot,
        int id) {
    /** {@code VFIO_GFX_PLANE_TYPE_PROBE}: only asks whether the type beside it is supported. */
    public static final int PROBE = VfioGfx.VFIO_GFX_PLANE_TYPE_PROBE;

    /** {@code VFIO_GFX_PLANE_TYPE_DMABUF}: the plane is handed out as a dma-buf. */
    public static final int DMABUF = VfioGfx.VFIO_GFX_PLANE_TYPE_DMABUF;

    /** {@code VFIO_GFX_PLANE_TYPE_REGION}: the plane lies in a region of the device. */
    public static final int REGION = VfioGfx.VFIO_GFX_PLANE_TYPE_REGION;

    /** {@code DRM_FORMAT_XRGB8888}, in letters {@code XR24}. */
    public static final int XRGB8888 = 0x34325258;

    /** What a probe answers, and a device whose guest shows nothing. */
    public static final GfxPlane NONE = new GfxPlane(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Reads a {@code vfio_device_gfx_plane_info}. */
    public static GfxPlane read(MemorySegment plane) {
        return new GfxPlane(
                VfioGfx.PLANE_INFO_DRM_FORMAT.get(plane),
                VfioGfx.PLANE_INFO_DRM_FORMAT_MOD.get(plane),
                VfioGfx.PLANE_INFO_WIDTH.get(plane),
                VfioGfx.PLANE_INFO_HEIGHT.get(plane),
                VfioGfx.PLANE_INFO_STRIDE.get(plane),
                VfioGfx.PLANE_INFO_SIZE.get(plane),
                VfioGfx.PLANE_INFO_X_POS.get(plane),
                VfioGfx.PLANE_INFO_Y_POS.get(plane),
                VfioGfx.PLANE_INFO_X_HOT.get(plane),
                VfioGfx.PLANE_INFO_Y_HOT.get(plane),
                VfioGfx.PLANE_INFO_REGION_INDEX.get(plane));
    }

    /** Writes what {@link #read} reads; the other fields of {@code plane} stay. */
    public void write(MemorySegment plane) {
        VfioGfx.PLANE_INFO_DRM_FORMAT.set(plane, format);
        VfioGfx.PLANE_INFO_DRM_FORMAT_MOD.set(plane, modifier);
        VfioGfx.PLANE_INFO_WIDTH.set(plane, width);
        VfioGfx.PLANE_INFO_HEIGHT.set(plane, height);
        VfioGfx.PLANE_INFO_STRIDE.set(plane, stride);
        VfioGfx.PLANE_INFO_SIZE.set(plane, size);
        VfioGfx.PLANE_INFO_X_POS.set(plane, x);
        VfioGfx.PLANE_INFO_Y_POS.set(plane, y);
        VfioGfx.PLANE_INFO_X_HOT.set(plane, xHot);
        VfioGfx.PLANE_INFO_Y_HOT.set(plane, yHot);
        VfioGfx.PLANE_INFO_REGION_INDEX.set(plane, id);
    }

    /** A plane in a region or dmabuf of its own, with neither position nor hot spot. */
    public static GfxPlane primary(int format, int width, int height, int stride, int size, int id) {
        return new GfxPlane(format, 0, width, height, stride, size, 0, 0, 0, 0, id);
    }
}
