/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionFile;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * A device as its display has it, beside the user who has it open: the plane, its memory for reading only, and the monitor. A region that is
 * neither memory nor EDID is EACCES, since reading a register may change it, and so is everything else that could disturb the user.
 */
final class DisplayDevice extends ForwardingDevice {
    private final VfioDevice device;
    private final VfioDevice readOnly;
    private final BooleanSupplier isUsed;

    /**
     * @param device whose calls wait for each other
     * @param isUsed whether somebody still has it open
     */
    DisplayDevice(VfioDevice device, BooleanSupplier isUsed) {
        this.device = device;
        this.readOnly = new ReadOnlyDevice(device);
        this.isUsed = isUsed;
    }

    @Override
    VfioDevice target() {
        requireUse();
        return readOnly;
    }

    @Override
    public int read(int region, long offset, MemorySegment into) {
        requireUse();
        RegionInfo info = device.regionInfo(region);
        if (!info.has(RegionInfo.MMAP) && !isMonitor(info)) {
            throw refused("read region " + region);
        }
        return device.read(region, offset, into);
    }

    /** Only the monitor's: its EDID, its link. */
    @Override
    public int write(int region, long offset, MemorySegment from) {
        requireUse();
        if (!isMonitor(device.regionInfo(region))) {
            throw refused("write region " + region);
        }
        return device.write(region, offset, from);
    }

    @Override
    public RegionFile regionFile(int region) {
        requireUse();
        try (RegionFile file = device.regionFile(region)) {
            return new RegionFile(forReading(file.fd()), file.offset());
        }
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        requireUse();
        try (Dmabuf dmabuf = device.gfxDmabuf(id)) {
            return new Dmabuf(forReading(dmabuf.fd()), dmabuf.offset());
        }
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        throw refused("migrate");
    }

    /** The user still has the device. */
    @Override
    public void close() {}

    private void requireUse() {
        if (!isUsed.getAsBoolean()) {
            throw new VfioException(Errno.ENODEV, "nobody has the device open");
        }
    }

    private static boolean isMonitor(RegionInfo info) {
        return info.type().filter(RegionCapability.Type::isEdid).isPresent();
    }

    /** Another description of the same file, which nobody can write through. */
    private static Fd forReading(Fd fd) {
        return FileIo.open("/proc/self/fd/" + fd.number(), FileIo.O_RDONLY);
    }

    private static VfioException refused(String what) {
        return new VfioException(Errno.EACCES, "a display may not " + what);
    }
}
