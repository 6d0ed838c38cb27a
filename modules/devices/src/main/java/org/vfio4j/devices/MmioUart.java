/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vfio4j.linux.Errno;
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
import org.vfio4j.vfio.bus.Hardware;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.DeviceReport;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.migration.Features;
import org.vfio4j.vfio.pci.Interrupts;
import org.vfio4j.vfio.pci.Intx;
import org.vfio4j.vfio.pci.RegisterRegion;

/**
 * A 16550 port in memory, as a board's device tree has one ({@code ns16550a}, one byte a register), which sends what is written to it back: a
 * platform device with one region of 8 bytes and one interrupt, a level.
 */
public final class MmioUart implements Hardware {
    private static final String NAME = "10000000.serial";
    private static final String VERSION = "1.0";

    private final String name;

    /** One called 10000000.serial. */
    public MmioUart() {
        this(NAME);
    }

    /** One of this name. */
    public MmioUart(String name) {
        this.name = name;
    }

    @Override
    public Bus bus() {
        return Bus.PLATFORM;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DeviceFeatures features() {
        return DeviceFeatures.NONE;
    }

    @Override
    public VfioDevice create(DeviceReport report) {
        return new Port();
    }

    @Override
    public Set<Query.Kind> queriesWithoutOpen() {
        return EnumSet.allOf(Query.Kind.class);
    }

    @Override
    public Optional<String> hostDriverVersion() {
        return Optional.of(VERSION);
    }

    /** The port itself. */
    private static final class Port implements VfioDevice {
        private final Uart uart = new Uart(() -> fire());
        private final Interrupts interrupts = Interrupts.of(new Intx(uart::pending));
        private final RegisterRegion region = RegisterRegion.of(0, uart.registers());
        private boolean open = true;

        private void fire() {
            interrupts.fire(0);
        }

        @Override
        public DeviceInfo info() {
            requireOpen();
            return new DeviceInfo(DeviceInfo.PLATFORM | DeviceInfo.RESET, 1, 1);
        }

        @Override
        public RegionInfo regionInfo(int index) {
            return region(index).info();
        }

        @Override
        public IrqInfo irqInfo(int index) {
            requireIrq(index);
            return interrupts.info(index);
        }

        @Override
        public int read(int index, long offset, MemorySegment into) {
            int count = reachable(region(index), offset, into.byteSize());
            region.read(offset, into, count);
            return count;
        }

        @Override
        public int write(int index, long offset, MemorySegment from) {
            int count = reachable(region(index), offset, from.byteSize());
            region.write(offset, from, count);
            return count;
        }

        @Override
        public RegionFile regionFile(int index) {
            throw new VfioException(
                    Errno.EINVAL, "region " + region(index).info().index() + " cannot be mapped");
        }

        @Override
        public void setIrqs(IrqRequest request) {
            requireIrq(request.index());
            interrupts.set(request);
        }

        @Override
        public void reset() {
            requireOpen();
            uart.restore(UartState.POWER_ON);
        }

        @Override
        public GfxPlane queryGfxPlane(int flags) {
            throw notOffered("a display");
        }

        @Override
        public Dmabuf gfxDmabuf(int id) {
            throw notOffered("a display");
        }

        @Override
        public void feature(int flags, MemorySegment data) {
            requireOpen();
            Features.none().handle(flags, data);
        }

        @Override
        public Optional<MigrationStream> setDeviceState(DeviceState target) {
            throw notOffered("migration");
        }

        @Override
        public void close() {
            open = false;
            interrupts.close();
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
            throw notOffered("DMA");
        }

        @Override
        public void stopDmaLogging() {
            throw notOffered("DMA");
        }

        @Override
        public void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
            throw notOffered("DMA");
        }

        private VfioException notOffered(String what) {
            requireOpen();
            return new VfioException(Errno.ENOTTY, "the port does not have " + what);
        }

        private RegisterRegion region(int index) {
            requireOpen();
            if (index != 0) {
                throw new VfioException(Errno.EINVAL, "the port has no region " + Integer.toUnsignedString(index));
            }
            return region;
        }

        private void requireIrq(int index) {
            requireOpen();
            if (index != 0) {
                throw new VfioException(Errno.EINVAL, "the port has no interrupt " + Integer.toUnsignedString(index));
            }
        }

        private void requireOpen() {
            if (!open) {
                throw new VfioException(Errno.EBADF, "the port is closed");
            }
        }

        private static int reachable(RegisterRegion region, long offset, long count) {
            long size = region.info().size();
            if (Long.compareUnsigned(offset, size) >= 0) {
                throw new VfioException(Errno.EINVAL, "offset 0x" + Long.toHexString(offset) + " is behind the port");
            }
            return (int) Math.min(count, size - offset);
        }
    }
}
