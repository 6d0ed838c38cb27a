/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
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

/** A device that hands every call on, but for its close. */
abstract class ForwardingDevice implements VfioDevice {
    /** Where this call goes, or why it may not. */
    abstract VfioDevice target();

    @Override
    public DeviceInfo info() {
        return target().info();
    }

    @Override
    public RegionInfo regionInfo(int index) {
        return target().regionInfo(index);
    }

    @Override
    public IrqInfo irqInfo(int index) {
        return target().irqInfo(index);
    }

    @Override
    public int read(int region, long offset, MemorySegment into) {
        return target().read(region, offset, into);
    }

    @Override
    public int write(int region, long offset, MemorySegment from) {
        return target().write(region, offset, from);
    }

    @Override
    public RegionFile regionFile(int region) {
        return target().regionFile(region);
    }

    @Override
    public void setIrqs(IrqRequest request) {
        target().setIrqs(request);
    }

    @Override
    public void reset() {
        target().reset();
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        return target().queryGfxPlane(flags);
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        return target().gfxDmabuf(id);
    }

    @Override
    public void feature(int flags, MemorySegment data) {
        target().feature(flags, data);
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        return target().setDeviceState(target);
    }

    @Override
    public void mapDma(DmaMapping mapping) {
        target().mapDma(mapping);
    }

    @Override
    public void unmapDma(IovaRange range) {
        target().unmapDma(range);
    }

    @Override
    public void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        target().startDmaLogging(pageSize, ranges);
    }

    @Override
    public void stopDmaLogging() {
        target().stopDmaLogging();
    }

    @Override
    public void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        target().reportDmaLogging(range, pageSize, bitmap);
    }
}
