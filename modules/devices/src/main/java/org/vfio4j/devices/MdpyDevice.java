/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.SortedMap;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.SharedMemory;

/**
 * mdpy: a framebuffer of a fixed resolution, shown as a region. It has no registers beyond its configuration space, where a capability tells
 * the guest the resolution. The guest's driver is Linux's {@code samples/vfio-mdev/mdpy-fb.c}, the layout {@code mdpy-defs.h}.
 */
final class MdpyDevice extends PciDevice {
    private static final int VENDOR = 0x1b36;
    private static final int DEVICE = 0x000f;
    private static final int SUBSYSTEM_VENDOR = 0x1af4;
    private static final int SUBSYSTEM_DEVICE = 0x1100;
    private static final int CLASS_DISPLAY_OTHER = 0x038000;
    private static final int REVISION = 1;

    /** The vendor capability: after id and link u8 length, u8 0, u32 fourcc, u32 width, u32 height. */
    private static final int CAPABILITY_VENDOR = 0x09;

    private static final int CAPABILITY_SIZE = 16;

    /** The region a plane query names: beyond the device's region count, as in the kernel's. It is the same memory as BAR 0. */
    private static final int DISPLAY_REGION = 16;

    private static final int BYTES_PER_PIXEL = 4;

    /** What the types differ in, in the order of their ids. */
    enum Model {
        HD(1920, 1080),
        VGA(640, 480),
        XGA(1024, 768);

        private final int width;
        private final int height;

        Model(int width, int height) {
            this.width = width;
            this.height = height;
        }

        String id() {
            return "mdpy-" + name().toLowerCase(Locale.ROOT);
        }

        int width() {
            return width;
        }

        int height() {
            return height;
        }

        int stride() {
            return width * BYTES_PER_PIXEL;
        }

        /** Bytes of the framebuffer's memory: a BAR's size is a power of two. */
        int memory() {
            return Integer.highestOneBit(stride() * height - 1) << 1;
        }
    }

    private final Model model;
    private final ConfigSpace config;
    private final SharedMemory memory;

    private MdpyDevice(Model model, SharedMemory memory, Runnable release) {
        ConfigSpace config = config(model);
        super(new Parts(config)
                .flags(DeviceInfo.PCI)
                .region(MemoryRegion.of(RegionInfo.PCI_BAR0, memory))
                .region(MemoryRegion.of(DISPLAY_REGION, memory))
                .release(release));
        this.model = model;
        this.config = config;
        this.memory = memory;
        drawGradient();
    }

    /**
     * Makes a device.
     *
     * @param release runs when it is closed
     */
    static MdpyDevice create(Model model, Runnable release) {
        return new MdpyDevice(model, SharedMemory.create(model.id(), model.memory()), release);
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        requireOpen();
        if (flags == (GfxPlane.PROBE | GfxPlane.REGION)) {
            return GfxPlane.NONE;
        }
        if (flags != GfxPlane.REGION) {
            throw new VfioException(Errno.EINVAL, "mdpy shows its plane in a region only");
        }
        return GfxPlane.primary(
                GfxPlane.XRGB8888, model.width(), model.height(), model.stride(), model.memory(), DISPLAY_REGION);
    }

    @Override
    protected void resetDevice() {
        drawGradient();
    }

    /** Grey, from black in the first line to nearly white in the last. */
    private void drawGradient() {
        for (int line = 0; line < model.height(); line++) {
            byte grey = (byte) (line * 255 / model.height());
            memory.segment()
                    .asSlice((long) line * model.stride(), model.stride())
                    .fill(grey);
        }
    }

    /**
     * A device's state.
     *
     * @param version of this record's meaning
     * @param config the configuration space's registers that a guest can change
     * @param framebuffer the device's own memory, until it is closed
     */
    record State(int version, SortedMap<String, Long> config, MemorySegment framebuffer) {
        static final int VERSION = 1;
    }

    State save() {
        requireOpen();
        return new State(
                State.VERSION, config.registers().values(), memory.segment().asReadOnly());
    }

    /** Takes over another device's state; EINVAL, and nothing changes, if it is not one of the same model. */
    void restore(State state) {
        requireOpen();
        if (state.version() != State.VERSION || state.framebuffer().byteSize() != memory.size()) {
            throw new VfioException(Errno.EINVAL, "the state is not one of " + model.id());
        }
        config.registers().restore(state.config());
        memory.segment().copyFrom(state.framebuffer());
    }

    private static ConfigSpace config(Model model) {
        byte[] capability = ByteBuffer.allocate(CAPABILITY_SIZE - 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) CAPABILITY_SIZE)
                .put((byte) 0)
                .putInt(GfxPlane.XRGB8888)
                .putInt(model.width())
                .putInt(model.height())
                .array();
        return ConfigSpace.of(VENDOR, DEVICE)
                .subsystem(SUBSYSTEM_VENDOR, SUBSYSTEM_DEVICE)
                .classCode(CLASS_DISPLAY_OTHER, REVISION)
                .command(ConfigSpace.COMMAND_IO | ConfigSpace.COMMAND_MEMORY, 0)
                .memoryBar(0, model.memory(), true)
                .capability(CAPABILITY_VENDOR, capability)
                .build();
    }
}
