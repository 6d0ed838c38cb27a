/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import static org.vfio4j.linux.Errno.EBUSY;
import static org.vfio4j.linux.Errno.ENODEV;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.IrqRequest;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/** A device that lives longer than its users, of which it has one at a time. */
final class SharedDevice {
    private final VfioDevice device;
    private final AtomicBoolean open = new AtomicBoolean();

    SharedDevice(VfioDevice device) {
        this.device = device;
    }

    boolean isOpen() {
        return open.get();
    }

    /** A use of the device; its close gives the device free and leaves it as it is. */
    VfioDevice open(String name) {
        if (!open.compareAndSet(false, true)) {
            throw new OpenException(OpenException.Step.OPEN, EBUSY, "open " + name);
        }
        return new Use();
    }

    void remove() {
        device.close();
    }

    private final class Use implements VfioDevice {
        private boolean closed;

        private VfioDevice device() {
            if (closed) {
                throw new VfioException(ENODEV, "the device was closed");
            }
            return device;
        }

        @Override
        public DeviceInfo info() {
            return device().info();
        }

        @Override
        public RegionInfo regionInfo(int index) {
            return device().regionInfo(index);
        }

        @Override
        public IrqInfo irqInfo(int index) {
            return device().irqInfo(index);
        }

        @Override
        public int read(int region, long offset, MemorySegment into) {
            return device().read(region, offset, into);
        }

        @Override
        public int write(int region, long offset, MemorySegment from) {
            return device().write(region, offset, from);
        }

        @Override
        public RegionFile regionFile(int region) {
            return device().regionFile(region);
        }

        @Override
        public void setIrqs(IrqRequest request) {
            device().setIrqs(request);
        }

        @Override
        public void reset() {
            device().reset();
        }

        @Override
        public GfxPlane queryGfxPlane(int flags) {
            return device().queryGfxPlane(flags);
        }

        @Override
        public Dmabuf gfxDmabuf(int id) {
            return device().gfxDmabuf(id);
        }

        @Override
        public void feature(int flags, MemorySegment data) {
            device().feature(flags, data);
        }

        @Override
        public Optional<MigrationStream> setDeviceState(DeviceState target) {
            return device().setDeviceState(target);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                open.set(false);
            }
        }
    }
}
