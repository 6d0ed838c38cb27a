/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * A device for one who may only look: the thread's read-only descriptor. Queries and reads pass; whatever changes the device, or hands out
 * memory of it that can be written, is EACCES. A register that changes by being read still does.
 */
public final class ReadOnlyDevice extends ForwardingDevice {
    private final VfioDevice device;

    /**
     * @param device that this one closes
     */
    public ReadOnlyDevice(VfioDevice device) {
        this.device = device;
    }

    @Override
    VfioDevice target() {
        return device;
    }

    @Override
    public int write(int region, long offset, MemorySegment from) {
        throw refused("write");
    }

    /** The file could be mapped for writing. */
    @Override
    public RegionFile regionFile(int region) {
        throw refused("mmap");
    }

    @Override
    public void setIrqs(IrqRequest request) {
        throw refused("VFIO_DEVICE_SET_IRQS");
    }

    @Override
    public void reset() {
        throw refused("VFIO_DEVICE_RESET");
    }

    /** The memory could be mapped for writing. */
    @Override
    public Dmabuf gfxDmabuf(int id) {
        throw refused("VFIO_DEVICE_GET_GFX_DMABUF");
    }

    /** A probe passes, and so does GET. */
    @Override
    public void feature(int flags, MemorySegment data) {
        boolean probe = (flags & Feature.PROBE) != 0;
        if (!probe && (flags & Feature.SET) != 0) {
            throw refused("VFIO_DEVICE_FEATURE SET");
        }
        device.feature(flags, data);
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        throw refused("VFIO_DEVICE_FEATURE SET MIG_DEVICE_STATE");
    }

    @Override
    public void mapDma(DmaMapping mapping) {
        throw refused("VFIO_IOMMU_MAP_DMA");
    }

    @Override
    public void unmapDma(IovaRange range) {
        throw refused("VFIO_IOMMU_UNMAP_DMA");
    }

    @Override
    public void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        throw refused("VFIO_DEVICE_FEATURE SET DMA_LOGGING_START");
    }

    @Override
    public void stopDmaLogging() {
        throw refused("VFIO_DEVICE_FEATURE SET DMA_LOGGING_STOP");
    }

    /** A report takes what it tells out of the log. */
    @Override
    public void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        throw refused("VFIO_DEVICE_FEATURE GET DMA_LOGGING_REPORT");
    }

    @Override
    public void close() {
        device.close();
    }

    private static VfioException refused(String call) {
        return new VfioException(Errno.EACCES, call + " on a device opened read-only");
    }
}
