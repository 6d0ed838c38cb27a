/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A VFIO device that its user has opened: the operations behind a VFIO device descriptor of {@code linux/vfio.h}.
 *
 * <p>This is the one contract of vfio4j: device models, the kernel's devices and devices behind a socket implement it; the prober, the
 * servers, the display and migration use it, and none of them knows which one it has. Everything that comes in from the user, and through
 * him from a guest, is checked by the implementer. One thread at a time uses a device.
 *
 * <p>Every method throws an {@link org.vfio4j.linux.ErrnoException} with the error number the kernel's interface gives: EINVAL for an index,
 * a range or flags that make no sense, ENOTTY for a query or a feature the device does not offer.
 */
public interface VfioDevice extends AutoCloseable {
    /** VFIO_DEVICE_GET_INFO. */
    DeviceInfo info();

    /** VFIO_DEVICE_GET_REGION_INFO; EINVAL if there is no such index. */
    RegionInfo regionInfo(int index);

    /** VFIO_DEVICE_GET_IRQ_INFO; EINVAL if there is no such index. */
    IrqInfo irqInfo(int index);

    /**
     * Reads {@code into.byteSize()} bytes of a region at {@code offset}. An access that no register answers reads as zero.
     *
     * @param into native memory
     * @return how many bytes were read: less than asked only where the region ends
     */
    int read(int region, long offset, MemorySegment into);

    /**
     * Writes {@code from.byteSize()} bytes to a region at {@code offset}. An access that no register takes is ignored.
     *
     * @param from native memory
     * @return how many bytes were written: less than asked only where the region ends
     */
    int write(int region, long offset, MemorySegment from);

    /** The file to map a region from; EINVAL if it cannot be mapped. The caller closes it. */
    RegionFile regionFile(int region);

    /** VFIO_DEVICE_SET_IRQS. */
    void setIrqs(IrqRequest request);

    /** VFIO_DEVICE_RESET: back to the state after creation, migration state RUNNING. */
    void reset();

    /**
     * VFIO_DEVICE_QUERY_GFX_PLANE for the primary plane.
     *
     * @param flags {@link GfxPlane#REGION} or {@link GfxPlane#DMABUF}, with {@link GfxPlane#PROBE} to only learn whether it is supported
     * @return {@link GfxPlane#NONE} for a probe and while the guest shows nothing
     */
    GfxPlane queryGfxPlane(int flags);

    /** VFIO_DEVICE_GET_GFX_DMABUF: the memory of the plane that a query named; ENOENT for an unknown id. The caller closes it. */
    Dmabuf gfxDmabuf(int id);

    /**
     * VFIO_DEVICE_FEATURE.
     *
     * @param flags the feature's index (0 to 0xffff) with the GET, SET and PROBE bits of {@link Feature}
     * @param data the feature's payload in the kernel's layout, native memory; not touched by a probe
     * @throws org.vfio4j.linux.ErrnoException ENOTTY if the device does not have the feature; EINVAL for wrong flags or a short payload, and
     *     for setting the device state, which is {@link #setDeviceState}'s
     */
    void feature(int flags, MemorySegment data);

    /**
     * VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE: goes to {@code target}, by the shortest path where there is no direct arc.
     *
     * @return the stream that the way opened, which the caller closes; empty where the target has none
     * @throws org.vfio4j.linux.ErrnoException ENOTTY if the device cannot migrate; EINVAL if there is no way; EIO if the device is now in ERROR
     */
    Optional<MigrationStream> setDeviceState(DeviceState target);

    /** Ends this use of the device. What it lent (mappings, dmabufs) lives until it is closed. */
    @Override
    void close();
}
