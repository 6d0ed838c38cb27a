/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.uapi.VfioDeviceInfo;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.migration.Features;

/** A device of vfio_ap in the form of Linux 6.1: nothing but that it is one; the guest reaches its queues by instructions, not through VFIO. */
final class ApStandIn implements VfioDevice {
    private final Runnable release;
    private boolean open = true;

    ApStandIn(Runnable release) {
        this.release = release;
    }

    @Override
    public DeviceInfo info() {
        requireOpen();
        return new DeviceInfo(VfioDeviceInfo.VFIO_DEVICE_FLAGS_AP | DeviceInfo.RESET, 0, 0);
    }

    @Override
    public RegionInfo regionInfo(int index) {
        throw none(Errno.EINVAL, "regions");
    }

    @Override
    public IrqInfo irqInfo(int index) {
        throw none(Errno.EINVAL, "interrupts");
    }

    @Override
    public int read(int region, long offset, MemorySegment into) {
        throw none(Errno.EINVAL, "regions");
    }

    @Override
    public int write(int region, long offset, MemorySegment from) {
        throw none(Errno.EINVAL, "regions");
    }

    @Override
    public RegionFile regionFile(int region) {
        throw none(Errno.EINVAL, "regions");
    }

    @Override
    public void setIrqs(IrqRequest request) {
        throw none(Errno.EINVAL, "interrupts");
    }

    @Override
    public void reset() {
        requireOpen();
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        throw none(Errno.ENOTTY, "displays");
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        throw none(Errno.ENOTTY, "displays");
    }

    @Override
    public void feature(int flags, MemorySegment data) {
        requireOpen();
        Features.none().handle(flags, data);
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        throw none(Errno.ENOTTY, "migration states");
    }

    @Override
    public void mapDma(DmaMapping mapping) {
        requireOpen();
    }

    @Override
    public void unmapDma(IovaRange range) {
        requireOpen();
    }

    @Override
    public void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        throw none(Errno.ENOTTY, "DMA");
    }

    @Override
    public void stopDmaLogging() {
        throw none(Errno.ENOTTY, "DMA");
    }

    @Override
    public void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        throw none(Errno.ENOTTY, "DMA");
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            release.run();
        }
    }

    private VfioException none(int errno, String what) {
        requireOpen();
        return new VfioException(errno, "an AP device has no " + what);
    }

    private void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, "the device is closed");
        }
    }
}
