/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** A device that answers the prober's questions as its test set them, and nothing else. */
public final class TestDevice implements VfioDevice {
    private final Map<Integer, Integer> refused = new HashMap<>();
    private int regions = RegionInfo.PCI_REGIONS;
    private int infoErrno;
    private int features = Errno.ENOTTY;
    private int logging = Errno.ENOTTY;
    private long migrationFlags;
    private boolean closed;

    /** Without display, EDID and migration, as mtty was before Linux 6.6. */
    public TestDevice() {
        refused.put(GfxPlane.REGION, Errno.ENOTTY);
        refused.put(GfxPlane.DMABUF, Errno.ENOTTY);
    }

    /** What a probe of this plane type answers: an error number, or 0 for yes. */
    public TestDevice plane(int type, int errno) {
        refused.put(type, errno);
        return this;
    }

    /** Adds a region of type GFX, subtype EDID, after those of PCI. */
    public TestDevice edid() {
        regions = RegionInfo.PCI_REGIONS + 1;
        return this;
    }

    /** What GET_INFO answers: an error number, or 0 for the device's infos. */
    public TestDevice info(int errno) {
        infoErrno = errno;
        return this;
    }

    /** It can migrate, with these flags. */
    public TestDevice migration(long flags) {
        features = 0;
        migrationFlags = flags;
        return this;
    }

    /** What the migration feature answers: an error number. */
    public TestDevice migrationRefused(int errno) {
        features = errno;
        return this;
    }

    /** It tells which memory it wrote. */
    public TestDevice dirtyTracking() {
        logging = 0;
        return this;
    }

    public boolean isClosed() {
        return closed;
    }

    private static void answer(int errno, String query) {
        if (errno != 0) {
            throw new VfioException(errno, query);
        }
    }

    @Override
    public DeviceInfo info() {
        answer(infoErrno, "info");
        return new DeviceInfo(DeviceInfo.PCI, regions, IrqInfo.PCI_IRQS);
    }

    @Override
    public RegionInfo regionInfo(int index) {
        if (index == RegionInfo.PCI_REGIONS && index < regions) {
            return new RegionInfo(
                    index,
                    RegionInfo.READ | RegionInfo.WRITE | RegionInfo.CAPS,
                    4096,
                    List.of(new RegionCapability.Type(RegionCapability.Type.GFX, RegionCapability.Type.GFX_EDID)));
        }
        return new RegionInfo(index, 0, 0);
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        answer(refused.getOrDefault(flags & ~GfxPlane.PROBE, Errno.EINVAL), "plane");
        return GfxPlane.NONE;
    }

    @Override
    public void feature(int flags, MemorySegment data) {
        switch (flags & Feature.INDEX_MASK) {
            case Feature.MIGRATION -> {
                answer(features, "migration");
                data.set(ValueLayout.JAVA_LONG, 0, migrationFlags);
            }
            case Feature.DMA_LOGGING_START -> answer(logging, "logging");
            default -> answer(Errno.ENOTTY, "feature");
        }
    }

    @Override
    public IrqInfo irqInfo(int index) {
        throw unasked();
    }

    @Override
    public void mapDma(DmaMapping mapping) {
        throw unasked();
    }

    @Override
    public void unmapDma(IovaRange range) {
        // The core takes away whatever a user that closes had mapped; a prober has mapped nothing.
    }

    @Override
    public void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        throw unasked();
    }

    @Override
    public void stopDmaLogging() {
        throw unasked();
    }

    @Override
    public void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        throw unasked();
    }

    @Override
    public int read(int region, long offset, MemorySegment into) {
        throw unasked();
    }

    @Override
    public int write(int region, long offset, MemorySegment from) {
        throw unasked();
    }

    @Override
    public RegionFile regionFile(int region) {
        throw unasked();
    }

    @Override
    public void setIrqs(IrqRequest request) {
        throw unasked();
    }

    @Override
    public void reset() {
        throw unasked();
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        throw unasked();
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        throw unasked();
    }

    @Override
    public void close() {
        closed = true;
    }

    /** A prober that changes a device, or asks for more than it needs, is wrong. */
    private static AssertionError unasked() {
        return new AssertionError("a prober must not do this to a device");
    }
}
