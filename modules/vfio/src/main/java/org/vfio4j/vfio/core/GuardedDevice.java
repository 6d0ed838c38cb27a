/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
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

/**
 * A vendor's device behind its guard: one thread at a time, each call bounded, each answer checked. Reads and writes of regions are the
 * exception to the bound: they run on the caller's thread, since a guest waits for them; one that hangs holds its own user.
 */
final class GuardedDevice implements VfioDevice {
    /** The longest payload of a feature that is passed on, in bytes. */
    private static final long MAX_FEATURE = 1 << 20;

    private final VfioDevice device;
    private final VendorGuard guard;
    private final AnswerCheck check;
    private final long boundNanos;
    private final ReentrantLock lock = new ReentrantLock();

    GuardedDevice(VfioDevice device, VendorGuard guard, long boundNanos) {
        this.device = device;
        this.guard = guard;
        this.check = new AnswerCheck(guard);
        this.boundNanos = boundNanos;
    }

    @Override
    public DeviceInfo info() {
        return check.info(guarded("VFIO_DEVICE_GET_INFO", device::info));
    }

    @Override
    public RegionInfo regionInfo(int index) {
        return check.region(index, guarded("VFIO_DEVICE_GET_REGION_INFO", () -> device.regionInfo(index)));
    }

    @Override
    public IrqInfo irqInfo(int index) {
        return check.irq(index, guarded("VFIO_DEVICE_GET_IRQ_INFO", () -> device.irqInfo(index)));
    }

    @Override
    public int read(int region, long offset, MemorySegment into) {
        acquire();
        try {
            guard.requireAnswering();
            return check.count(device.read(region, offset, into), into.byteSize());
        } catch (Throwable e) {
            throw guard.failure("read", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int write(int region, long offset, MemorySegment from) {
        acquire();
        try {
            guard.requireAnswering();
            return check.count(device.write(region, offset, from), from.byteSize());
        } catch (Throwable e) {
            throw guard.failure("write", e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public RegionFile regionFile(int region) {
        return locked(() -> guard.call("mmap", () -> checkedFile(region), RegionFile::close));
    }

    @Override
    public void setIrqs(IrqRequest request) {
        locked(() -> {
            guard.run("VFIO_DEVICE_SET_IRQS", () -> device.setIrqs(request));
            return true;
        });
    }

    @Override
    public void reset() {
        locked(() -> {
            guard.run("VFIO_DEVICE_RESET", device::reset);
            return true;
        });
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        return guarded("VFIO_DEVICE_QUERY_GFX_PLANE", () -> device.queryGfxPlane(flags));
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        return locked(() -> guard.call("VFIO_DEVICE_GET_GFX_DMABUF", () -> device.gfxDmabuf(id), Dmabuf::close));
    }

    /** The payload goes through a copy, since the caller's may be confined to his thread. */
    @Override
    public void feature(int flags, MemorySegment data) {
        if (data.byteSize() > MAX_FEATURE) {
            throw new VfioException(Errno.E2BIG, "a feature's payload of " + data.byteSize() + " bytes");
        }
        boolean probe = (flags & Feature.PROBE) != 0;
        MemorySegment copy =
                probe ? MemorySegment.NULL : Arena.ofAuto().allocate(Math.max(data.byteSize(), 1), Long.BYTES);
        MemorySegment payload = probe ? copy : copy.asSlice(0, data.byteSize());
        if (!probe) {
            payload.copyFrom(data);
        }
        locked(() -> {
            guard.run("VFIO_DEVICE_FEATURE", () -> device.feature(flags, payload));
            return true;
        });
        if (!probe && (flags & Feature.GET) != 0) {
            data.copyFrom(payload);
        }
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        return locked(() -> guard.call(
                        "VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE",
                        () -> device.setDeviceState(target),
                        late -> late.ifPresent(MigrationStream::close)))
                .map(stream -> new GuardedStream(stream, this));
    }

    @Override
    public void mapDma(DmaMapping mapping) {
        exclusively("VFIO_IOMMU_MAP_DMA", () -> {
            device.mapDma(mapping);
            return true;
        });
    }

    @Override
    public void unmapDma(IovaRange range) {
        exclusively("VFIO_IOMMU_UNMAP_DMA", () -> {
            device.unmapDma(range);
            return true;
        });
    }

    @Override
    public void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        exclusively("DMA_LOGGING_START", () -> {
            device.startDmaLogging(pageSize, ranges);
            return true;
        });
    }

    @Override
    public void stopDmaLogging() {
        exclusively("DMA_LOGGING_STOP", () -> {
            device.stopDmaLogging();
            return true;
        });
    }

    @Override
    public void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        exclusively("DMA_LOGGING_REPORT", () -> {
            device.reportDmaLogging(range, pageSize, bitmap);
            return true;
        });
    }

    /** A use has ended; the device stays. */
    @Override
    public void close() {}

    /** The user is gone, and his memory with him. */
    void forgetDma() {
        guard.run("VFIO_IOMMU_UNMAP_DMA", () -> device.unmapDma(IovaRange.ALL));
    }

    VendorGuard guard() {
        return guard;
    }

    /** Runs something of the device on the caller's thread, when no other thread is in it. */
    <T> T exclusively(String operation, Supplier<T> action) {
        acquire();
        try {
            guard.requireAnswering();
            return action.get();
        } catch (Throwable e) {
            throw guard.failure(operation, e);
        } finally {
            lock.unlock();
        }
    }

    private RegionFile checkedFile(int region) {
        RegionInfo info = check.region(region, device.regionInfo(region));
        RegionFile file = device.regionFile(region);
        try {
            check.file(info, file);
            return file;
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private <T> T guarded(String operation, Supplier<T> action) {
        return locked(() -> guard.call(operation, action));
    }

    /** Runs something that guards itself, when no other thread is in the device. */
    <T> T locked(Supplier<T> action) {
        acquire();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    private void acquire() {
        if (lock.tryLock()) {
            return;
        }
        try {
            if (!lock.tryLock(boundNanos, TimeUnit.NANOSECONDS)) {
                throw new VfioException(Errno.ETIMEDOUT, "another thread does not come back from the device");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new VfioException(Errno.EINTR, "interrupted while another thread is in the device");
        }
    }
}
