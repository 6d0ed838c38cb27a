/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.display;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.uapi.VfioGfx;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;

/**
 * The monitor that a device believes it is connected to: its EDID region (VFIO_REGION_SUBTYPE_GFX_EDID of {@code linux/vfio.h}).
 */
public final class Monitor {
    private static final int MAX_REGIONS = 1024;

    /** A blob has a block or a few. */
    private static final int MAX_BLOB = 1 << 16;

    private final VfioDevice device;
    private final int region;
    private final long regionSize;

    private Monitor(VfioDevice device, int region, long regionSize) {
        this.device = device;
        this.region = region;
        this.regionSize = regionSize;
    }

    /** The device's EDID region; empty if it has none. */
    public static Optional<Monitor> of(VfioDevice device) {
        DeviceInfo info = device.info();
        for (int index = RegionInfo.PCI_REGIONS; index < Math.min(info.regions(), MAX_REGIONS); index++) {
            RegionInfo region = device.regionInfo(index);
            if (region.type().filter(RegionCapability.Type::isEdid).isPresent()) {
                return Optional.of(new Monitor(device, index, region.size()));
            }
        }
        return Optional.empty();
    }

    /**
     * What the region says.
     *
     * @param maxWidth the widest picture the device can show, 0 for no limit
     * @param maxHeight the highest one, 0 for no limit
     * @param connected whether the link is up
     */
    public record State(int maxWidth, int maxHeight, boolean connected) {
        /** Whether a picture of this size can be shown, and asked for. */
        public boolean takes(int width, int height) {
            boolean fits = (maxWidth == 0 || width <= maxWidth) && (maxHeight == 0 || height <= maxHeight);
            return fits && Math.min(width, height) >= Edid.MIN && Math.max(width, height) <= Edid.MAX;
        }
    }

    public State state() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fields = fields(arena);
            return new State(
                    VfioGfx.EDID_MAX_XRES.get(fields),
                    VfioGfx.EDID_MAX_YRES.get(fields),
                    VfioGfx.EDID_LINK_STATE.get(fields) == VfioGfx.VFIO_DEVICE_GFX_LINK_STATE_UP);
        }
    }

    /** The monitor's EDID; no bytes if there is none. */
    public byte[] edid() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fields = fields(arena);
            long size = VfioGfx.EDID_EDID_SIZE.unsigned(fields);
            long offset = VfioGfx.EDID_EDID_OFFSET.unsigned(fields);
            if (size == 0) {
                return new byte[0];
            }
            if (size > MAX_BLOB || offset + size > regionSize) {
                throw new DisplayException(
                        Errno.EPROTO, "an EDID of " + size + " bytes at " + offset + " is not in its region");
            }
            MemorySegment bytes = arena.allocate(size);
            readAll(offset, bytes);
            return bytes.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    /**
     * Connects another monitor: the link goes down, the EDID is written, the link comes up, at which the guest's driver looks again.
     *
     * @throws DisplayException E2BIG for an EDID that is too long for the device
     */
    public void connect(byte[] edid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fields = fields(arena);
            long offset = VfioGfx.EDID_EDID_OFFSET.unsigned(fields);
            long max = VfioGfx.EDID_EDID_MAX_SIZE.unsigned(fields);
            if (edid.length > max || offset + edid.length > regionSize) {
                throw new DisplayException(
                        Errno.E2BIG, "the device takes an EDID of " + max + " bytes at most, not " + edid.length);
            }
            put(arena, VfioGfx.EDID_LINK_STATE.offset(), VfioGfx.VFIO_DEVICE_GFX_LINK_STATE_DOWN);
            put(arena, VfioGfx.EDID_EDID_SIZE.offset(), edid.length);
            writeAll(offset, arena.allocateFrom(ValueLayout.JAVA_BYTE, edid));
            put(arena, VfioGfx.EDID_LINK_STATE.offset(), VfioGfx.VFIO_DEVICE_GFX_LINK_STATE_UP);
        }
    }

    private MemorySegment fields(Arena arena) {
        MemorySegment fields = VfioGfx.EDID.allocate(arena);
        readAll(0, fields);
        return fields;
    }

    private void put(Arena arena, long offset, int value) {
        writeAll(offset, arena.allocateFrom(ValueLayout.JAVA_INT, value));
    }

    private void readAll(long offset, MemorySegment into) {
        if (device.read(region, offset, into) != into.byteSize()) {
            throw new DisplayException(Errno.EPROTO, "the EDID region ends at its " + offset + "th byte");
        }
    }

    private void writeAll(long offset, MemorySegment from) {
        if (device.write(region, offset, from) != from.byteSize()) {
            throw new DisplayException(Errno.EPROTO, "the EDID region ends at its " + offset + "th byte");
        }
    }
}
