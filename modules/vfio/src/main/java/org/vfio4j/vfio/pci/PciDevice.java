/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
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
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.dma.DmaSpace;
import org.vfio4j.vfio.migration.Features;

/**
 * A PCI device written in Java. A subclass describes its parts to the constructor and overrides what makes it more than registers, memory and
 * interrupts; queries it does not override are ENOTTY.
 *
 * <p>Accesses are checked here, once for all devices: one that starts at or behind a region's end is EINVAL, one that crosses the end is cut
 * short. Every call after {@link #close} is EBADF, as on a closed descriptor. One thread at a time uses a device.
 */
public abstract class PciDevice implements VfioDevice {
    private final int flags;
    private final int emptyRegionFlags;
    private final int regionCount;
    private final @Nullable Region[] regions;
    private final Interrupts interrupts;
    private final Features features;
    private final DmaSpace dma;
    private final boolean mastersBus;
    private final Runnable release;
    private boolean open = true;

    protected PciDevice(Parts parts) {
        this.flags = parts.flags;
        this.emptyRegionFlags = parts.emptyRegionFlags;
        this.regions = new @Nullable Region[parts.regions.lastKey() + 1];
        parts.regions.forEach((index, region) -> regions[index] = region);
        this.regionCount = parts.regionCount();
        this.interrupts = parts.interrupts;
        this.features = parts.features;
        this.dma = parts.dma;
        this.mastersBus = parts.mastersBus;
        this.release = parts.release;
    }

    @Override
    public final DeviceInfo info() {
        requireOpen();
        return new DeviceInfo(flags, regionCount, IrqInfo.PCI_IRQS);
    }

    @Override
    public final RegionInfo regionInfo(int index) {
        requireOpen();
        Region region = find(index);
        if (region != null) {
            return region.info();
        }
        if (Integer.compareUnsigned(index, regionCount) >= 0) {
            throw noRegion(index);
        }
        return new RegionInfo(index, emptyRegionFlags, 0);
    }

    @Override
    public IrqInfo irqInfo(int index) {
        requireOpen();
        return interrupts.info(index);
    }

    @Override
    public final int read(int index, long offset, MemorySegment into) {
        requireOpen();
        Region region = require(index);
        int count = reachable(region, offset, into.byteSize());
        region.read(offset, into, count);
        return count;
    }

    @Override
    public final int write(int index, long offset, MemorySegment from) {
        requireOpen();
        Region region = require(index);
        int count = reachable(region, offset, from.byteSize());
        region.write(offset, from, count);
        return count;
    }

    @Override
    public final RegionFile regionFile(int index) {
        requireOpen();
        return require(index)
                .file()
                .orElseThrow(() -> new VfioException(Errno.EINVAL, "region " + index + " cannot be mapped"));
    }

    @Override
    public final void setIrqs(IrqRequest request) {
        requireOpen();
        interrupts.set(request);
    }

    /** Every region back to the state after creation, then {@link #resetDevice}. Eventfds stay installed, as in the kernel. */
    @Override
    public final void reset() {
        requireOpen();
        for (Region region : regions) {
            if (region != null) {
                region.reset();
            }
        }
        resetDevice();
    }

    /** What a reset does beyond the regions. */
    protected void resetDevice() {}

    @Override
    public GfxPlane queryGfxPlane(int planeFlags) {
        requireOpen();
        throw new VfioException(Errno.ENOTTY, "the device has no display");
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        requireOpen();
        throw new VfioException(Errno.ENOTTY, "the device has no display by dmabuf");
    }

    @Override
    public final void feature(int featureFlags, MemorySegment data) {
        requireOpen();
        features.handle(featureFlags, data);
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        requireOpen();
        throw new VfioException(Errno.ENOTTY, "the device cannot migrate");
    }

    /** Ignored where the device does no DMA: mapping memory that nobody will reach would cost its user. */
    @Override
    public final void mapDma(DmaMapping mapping) {
        requireOpen();
        if (mastersBus) {
            dma.map(mapping);
        }
    }

    @Override
    public final void unmapDma(IovaRange range) {
        requireOpen();
        dma.unmap(range);
    }

    @Override
    public final void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        requireDmaLogging();
        dma.startLogging(pageSize, ranges);
    }

    @Override
    public final void stopDmaLogging() {
        requireDmaLogging();
        dma.stopLogging();
    }

    @Override
    public final void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        requireDmaLogging();
        dma.reportLogging(range, pageSize, bitmap);
    }

    /** Takes every eventfd away, closes the regions, then gives the vendor driver back what the device held. */
    @Override
    public final void close() {
        if (!open) {
            return;
        }
        open = false;
        closeDevice();
        interrupts.close();
        dma.close();
        for (Region region : regions) {
            if (region != null) {
                region.close();
            }
        }
        release.run();
    }

    /** What closing does before the parts are closed. */
    protected void closeDevice() {}

    /** For overriding methods: EBADF once the device is closed. */
    protected final void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, "the device is closed");
        }
    }

    private void requireDmaLogging() {
        requireOpen();
        if (!features.has(Feature.DMA_LOGGING_START)) {
            throw new VfioException(Errno.ENOTTY, "the device does not log its DMA");
        }
    }

    private @Nullable Region find(int index) {
        return index >= 0 && index < regions.length ? regions[index] : null;
    }

    private Region require(int index) {
        Region region = find(index);
        if (region == null) {
            throw noRegion(index);
        }
        return region;
    }

    private static VfioException noRegion(int index) {
        return new VfioException(Errno.EINVAL, "the device has no region " + Integer.toUnsignedString(index));
    }

    private static int reachable(Region region, long offset, long count) {
        long size = region.info().size();
        if (Long.compareUnsigned(offset, size) >= 0) {
            throw new VfioException(
                    Errno.EINVAL,
                    "offset 0x" + Long.toHexString(offset) + " is behind region "
                            + region.info().index() + " of 0x" + Long.toHexString(size) + " bytes");
        }
        return (int) Math.min(Math.min(count, size - offset), Integer.MAX_VALUE);
    }

    /** What a device is made of. Region indexes without a region have size 0. */
    protected static final class Parts {
        private final SortedMap<Integer, Region> regions = new TreeMap<>();
        private int flags = DeviceInfo.PCI | DeviceInfo.RESET;
        private int emptyRegionFlags;
        private Interrupts interrupts = Interrupts.none();
        private Features features = Features.none();
        private DmaSpace dma = new DmaSpace();
        private boolean mastersBus;
        private Runnable release = () -> {};

        /** A device with this configuration space and nothing else. */
        public Parts(ConfigSpace config) {
            region(RegisterRegion.of(RegionInfo.PCI_CONFIG, config.registers()));
        }

        /** Adds a region at the index that its info names. */
        public Parts region(Region region) {
            if (regions.putIfAbsent(region.info().index(), region) != null) {
                throw new IllegalArgumentException(
                        "two regions " + region.info().index());
            }
            return this;
        }

        /** What VFIO_DEVICE_GET_INFO answers as flags, where it is not PCI and RESET. */
        public Parts flags(int newFlags) {
            this.flags = newFlags;
            return this;
        }

        /** What VFIO_DEVICE_GET_REGION_INFO answers as flags of a region of size 0, where it is not 0. */
        public Parts emptyRegionFlags(int newFlags) {
            this.emptyRegionFlags = newFlags;
            return this;
        }

        public Parts interrupts(Interrupts newInterrupts) {
            this.interrupts = newInterrupts;
            return this;
        }

        public Parts features(Features newFeatures) {
            this.features = newFeatures;
            return this;
        }

        /** What the device reads and writes its user's memory through; a device without it does no DMA. */
        public Parts dma(DmaSpace newDma) {
            this.dma = newDma;
            this.mastersBus = true;
            return this;
        }

        /** What gives back what the vendor driver set aside for the device; runs once, when it is closed. */
        public Parts release(Runnable newRelease) {
            this.release = newRelease;
            return this;
        }

        /** PCI's own indexes and those that follow without a gap. */
        private int regionCount() {
            int count = RegionInfo.PCI_REGIONS;
            while (regions.containsKey(count)) {
                count++;
            }
            return count;
        }
    }
}
