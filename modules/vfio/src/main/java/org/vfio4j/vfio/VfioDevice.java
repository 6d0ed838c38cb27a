/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;

/**
 * A VFIO device that its user has opened: the operations behind a VFIO device descriptor of {@code linux/vfio.h}.
 *
 * <p>This is the one contract of vfio4j: device models, the kernel's devices and devices behind a socket implement it; the prober, the
 * servers, the display and migration use it, and none of them knows which one it has. Everything that comes in from the user, and through
 * him from a guest, is checked by the implementer. One thread at a time uses a device, and makes no call within another but those that a
 * device allows for itself ({@link org.vfio4j.vfio.dma.DmaSpace#reentrant}).
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
     *     for what has a method of its own: setting the device state, and DMA logging
     */
    void feature(int flags, MemorySegment data);

    /**
     * VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE: goes to {@code target}, by the shortest path where there is no direct arc.
     *
     * @return the stream that the way opened, which the caller closes; empty where the target has none
     * @throws org.vfio4j.linux.ErrnoException ENOTTY if the device cannot migrate; EINVAL if there is no way; EIO if the device is now in ERROR
     */
    Optional<MigrationStream> setDeviceState(DeviceState target);

    /**
     * VFIO_IOMMU_MAP_DMA: the device may reach this memory from now on. A device that does no DMA has no use for it, and says so by nothing.
     *
     * @throws org.vfio4j.linux.ErrnoException EEXIST if part of the range is mapped already; EINVAL for a file that cannot be mapped there
     */
    void mapDma(DmaMapping mapping);

    /**
     * VFIO_IOMMU_UNMAP_DMA: takes away every mapping that lies in {@code range}; the device does not reach them once this returns.
     *
     * @throws org.vfio4j.linux.ErrnoException EINVAL, and nothing happens, if the range would cut a mapping in two
     */
    void unmapDma(IovaRange range);

    /**
     * VFIO_DEVICE_FEATURE_DMA_LOGGING_START: from now on the device remembers which pages in {@code ranges} it writes.
     *
     * @param pageSize the page the user would like to be told about, in bytes; the device may remember smaller or larger ones
     * @throws org.vfio4j.linux.ErrnoException ENOTTY if the device cannot; EINVAL if it does so already, or there is no range, E2BIG if there
     *     are too many
     */
    void startDmaLogging(long pageSize, List<IovaRange> ranges);

    /** VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP: EINVAL if it was not started. */
    void stopDmaLogging();

    /**
     * VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT: which pages the device has written since it was last asked, and forgets it.
     *
     * @param pageSize of one bit, in bytes: a power of two, 4096 or more
     * @param bitmap in which the bits of written pages are set, the page at the range's begin first, 64 bits to a native word; no bit is
     *     cleared
     * @throws org.vfio4j.linux.ErrnoException EINVAL if logging was not started, for a bad page size or a bitmap that is too short
     */
    void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap);

    /** Ends this use of the device. What it lent (mappings, dmabufs) lives until it is closed. */
    @Override
    void close();
}
