/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.mdev.MigrationVersion;
import org.vfio4j.vfio.migration.Features;
import org.vfio4j.vfio.migration.MemoryMigration;
import org.vfio4j.vfio.migration.MemoryState;
import org.vfio4j.vfio.migration.StateMachine;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.SharedMemory;

/**
 * mdpy: a framebuffer of a fixed resolution, shown as a region. It has no registers beyond its configuration space, where a capability tells
 * the guest the resolution. It migrates, which the kernel's does not. The guest's driver is Linux's {@code samples/vfio-mdev/mdpy-fb.c}, the layout {@code mdpy-defs.h}.
 */
final class MdpyDevice extends PciDevice {
    static final String NAME = "mdpy";

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
    enum Model implements SampleModel {
        HD(1920, 1080),
        VGA(640, 480),
        XGA(1024, 768);

        private final int width;
        private final int height;

        Model(int width, int height) {
            this.width = width;
            this.height = height;
        }

        @Override
        public String id() {
            return NAME + "-" + name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Optional<String> description() {
            return Optional.of("virtual display, " + resolution() + " framebuffer");
        }

        /** One of the parent's devices. */
        @Override
        public int share() {
            return 1;
        }

        /** Of {@link MdpyState}: it is for this type only. */
        @Override
        public MigrationVersion stateVersion() {
            return MigrationVersion.only(NAME + " " + MdpyState.VERSION + " " + id());
        }

        @Override
        public Map<String, String> attributes(UUID uuid) {
            return Map.of("resolution", resolution());
        }

        @Override
        public VfioDevice make(Runnable release) {
            return create(this, release);
        }

        /** Such as {@code 640x480}. */
        String resolution() {
            return width + "x" + height;
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
    private final SharedMemory memory;
    private final MemoryMigration migration;
    private final StateMachine states;

    private MdpyDevice(Model model, SharedMemory memory, Runnable release) {
        ConfigSpace config = config(model);
        MemoryMigration migration = new MemoryMigration(
                new MemoryState(model.id(), MdpyState.VERSION, model.memory()),
                memory.segment(),
                () -> MdpyState.of(config).bytes(),
                saved -> MdpyState.read(saved).restore(config));
        StateMachine states = new StateMachine(MemoryMigration.FLAGS, migration);
        super(new Parts(config)
                .flags(DeviceInfo.PCI)
                .region(MemoryRegion.of(RegionInfo.PCI_BAR0, memory))
                .region(MemoryRegion.of(DISPLAY_REGION, memory))
                .features(Features.ofMigration(states, migration::size))
                .release(release));
        this.model = model;
        this.memory = memory;
        this.migration = migration;
        this.states = states;
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
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        requireOpen();
        return states.set(target);
    }

    @Override
    protected void resetDevice() {
        drawGradient();
        migration.endStreams();
        states.reset();
    }

    @Override
    protected void closeDevice() {
        migration.endStreams();
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
