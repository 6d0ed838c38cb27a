/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.List;
import org.vfio4j.linux.uapi.VfioGfx;
import org.vfio4j.vfio.RegionCapability;
import org.vfio4j.vfio.pci.Cell;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.Window;

/**
 * A monitor that the device's user plugs in: the region through which he gives its EDID ({@code struct vfio_region_gfx_edid} of linux/vfio.h),
 * and the bytes the guest sees of it. A reset of the device leaves the monitor plugged in.
 */
final class Edid {
    private static final int REGION_SIZE = 4096;
    private static final int BLOB_OFFSET = REGION_SIZE / 2;
    /** Bytes of an EDID at most. */
    static final int BLOB_SIZE = 0x400;

    private static final long ALL = 0xffff_ffffL;

    private final byte[] blob = new byte[BLOB_SIZE];
    private final Register size =
            register("edid size", VfioGfx.EDID_EDID_SIZE.offset()).writable(ALL);
    private final Register link =
            register("link state", VfioGfx.EDID_LINK_STATE.offset()).writable(ALL);
    private final RegisterSet registers;

    /** A monitor for a device that can show this resolution at most; 0 is no limit. */
    Edid(int maxWidth, int maxHeight) {
        this.registers = RegisterSet.of(
                REGION_SIZE,
                List.of(
                        register("edid offset", VfioGfx.EDID_EDID_OFFSET.offset())
                                .initially(BLOB_OFFSET),
                        register("edid max size", VfioGfx.EDID_EDID_MAX_SIZE.offset())
                                .initially(BLOB_SIZE),
                        size,
                        register("max xres", VfioGfx.EDID_MAX_XRES.offset()).initially(maxWidth),
                        register("max yres", VfioGfx.EDID_MAX_YRES.offset()).initially(maxHeight),
                        link,
                        Window.memory("edid", BLOB_OFFSET, blob)));
    }

    private static Register register(String name, long offset) {
        return Register.named(name, (int) offset, Integer.BYTES).exact().sticky();
    }

    /** The region for the device's user. */
    RegisterRegion region(int index) {
        RegionCapability type = new RegionCapability.Type(RegionCapability.Type.GFX, RegionCapability.Type.GFX_EDID);
        return RegisterRegion.of(index, registers, Integer.BYTES, List.of(type));
    }

    /** What the guest sees from byte 0 of a BAR on. */
    Cell guestView() {
        return Window.view("edid", 0, BLOB_SIZE, this::guestByte);
    }

    RegisterSet registers() {
        return registers;
    }

    byte[] blob() {
        return blob;
    }

    private int guestByte(int index) {
        boolean shown = link.value() == VfioGfx.VFIO_DEVICE_GFX_LINK_STATE_UP && index < size.value();
        return shown ? blob[index] : 0;
    }
}
