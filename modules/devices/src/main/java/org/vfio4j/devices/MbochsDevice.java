/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.pci.Cell;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.SharedMemory;

/**
 * mbochs: video memory and the Bochs display registers, shown as dma-bufs, with an EDID region. The guest's driver is Linux's {@code bochs},
 * the layout that of QEMU's standard VGA without the VGA ports ({@code docs/specs/standard-vga.rst}).
 */
final class MbochsDevice extends PciDevice {
    private static final int VENDOR = 0x1234;
    private static final int DEVICE = 0x1111;
    private static final int SUBSYSTEM_VENDOR = 0x1af4;
    private static final int SUBSYSTEM_DEVICE = 0x1100;
    private static final int CLASS_DISPLAY_OTHER = 0x038000;
    private static final int REVISION = 1;

    private static final int REGISTERS_SIZE = 4096;
    private static final int EDID_REGION = RegionInfo.PCI_REGIONS;
    private static final int MEGABYTE = 1 << 20;
    private static final int PAGE = 4096;

    /** How many of the planes queried last can still be asked for: a guest that flips pages makes a new one with each of them. */
    private static final int PLANES = 16;

    /** What the types differ in, in the order of their ids. */
    enum Model {
        LARGE(64, 0, 0),
        MEDIUM(16, 1920, 1440),
        SMALL(4, 800, 600);

        private final int megabytes;
        private final int maxWidth;
        private final int maxHeight;

        Model(int megabytes, int maxWidth, int maxHeight) {
            this.megabytes = megabytes;
            this.maxWidth = maxWidth;
            this.maxHeight = maxHeight;
        }

        String id() {
            return "mbochs-" + name().toLowerCase(Locale.ROOT);
        }

        int megabytes() {
            return megabytes;
        }

        long memory() {
            return (long) megabytes * MEGABYTE;
        }
    }

    private final Model model;
    private final SharedMemory memory;
    private final ConfigSpace config;
    private final Dispi dispi;
    private final Edid edid;
    private final RegisterSet registers;
    private final List<Plane> planes = new ArrayList<>();
    private int lastPlane;

    /** A mode that was queried, and the id it got. */
    private record Plane(int id, Dispi.Mode mode) {}

    private MbochsDevice(Model model, SharedMemory memory, Runnable release) {
        ConfigSpace config = config(model);
        Edid edid = new Edid(model.maxWidth, model.maxHeight);
        Dispi dispi = new Dispi(model.memory());
        List<Cell> cells = new ArrayList<>(dispi.registers());
        cells.add(edid.guestView());
        RegisterSet registers = RegisterSet.of(REGISTERS_SIZE, cells);
        super(new Parts(config)
                .flags(DeviceInfo.PCI)
                .region(MemoryRegion.of(RegionInfo.PCI_BAR0, memory))
                .region(RegisterRegion.of(RegionInfo.PCI_BAR2, registers))
                .region(edid.region(EDID_REGION))
                .release(release));
        this.model = model;
        this.memory = memory;
        this.config = config;
        this.edid = edid;
        this.dispi = dispi;
        this.registers = registers;
    }

    /**
     * Makes a device.
     *
     * @param release runs when it is closed
     */
    static MbochsDevice create(Model model, Runnable release) {
        return new MbochsDevice(model, SharedMemory.create(model.id(), model.memory()), release);
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        requireOpen();
        if (flags == (GfxPlane.PROBE | GfxPlane.DMABUF)) {
            return GfxPlane.NONE;
        }
        if (flags != GfxPlane.DMABUF) {
            throw new VfioException(Errno.EINVAL, "mbochs shows its plane as a dmabuf only");
        }
        Optional<Dispi.Mode> mode = dispi.mode();
        return mode.isPresent() ? mode.get().plane(remember(mode.get())) : GfxPlane.NONE;
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        requireOpen();
        for (Plane plane : planes) {
            if (plane.id() == id) {
                if (plane.mode().offset() % PAGE != 0) {
                    throw new VfioException(Errno.EINVAL, "plane " + id + " does not start with a page");
                }
                return new Dmabuf(memory.duplicate(), plane.mode().offset());
            }
        }
        throw new VfioException(Errno.ENOENT, "no plane " + id + " was queried lately");
    }

    /** The plane's id: the same for the same mode as long as it is remembered. The one queried last is first. */
    private int remember(Dispi.Mode mode) {
        for (int i = 0; i < planes.size(); i++) {
            Plane plane = planes.get(i);
            if (plane.mode().equals(mode)) {
                if (i != 0) {
                    planes.add(0, planes.remove(i));
                }
                return plane.id();
            }
        }
        if (planes.size() == PLANES) {
            planes.removeLast();
        }
        // 0 names no plane, also once the counter has gone round.
        lastPlane = Math.max(1, lastPlane + 1);
        planes.addFirst(new Plane(lastPlane, mode));
        return lastPlane;
    }

    /**
     * A device's state.
     *
     * @param version of this record's meaning
     * @param config the configuration space's registers that a guest can change
     * @param display the same of BAR 2
     * @param monitor the EDID region's registers that the device's user can change
     * @param edid the EDID region's blob
     * @param memory the device's own video memory, until it is closed
     */
    record State(
            int version,
            SortedMap<String, Long> config,
            SortedMap<String, Long> display,
            SortedMap<String, Long> monitor,
            ByteBuffer edid,
            MemorySegment memory) {
        static final int VERSION = 1;
    }

    State save() {
        requireOpen();
        return new State(
                State.VERSION,
                config.registers().values(),
                registers.values(),
                edid.registers().values(),
                ByteBuffer.wrap(edid.blob().clone()).asReadOnlyBuffer(),
                memory.segment().asReadOnly());
    }

    /** Takes over another device's state; EINVAL, and nothing changes, if it is not one of the same model. */
    void restore(State state) {
        requireOpen();
        if (state.version() != State.VERSION
                || state.memory().byteSize() != memory.size()
                || state.edid().remaining() != edid.blob().length) {
            throw new VfioException(Errno.EINVAL, "the state is not one of " + model.id());
        }
        config.registers().check(state.config());
        registers.check(state.display());
        edid.registers().restore(state.monitor());
        config.registers().restore(state.config());
        registers.restore(state.display());
        state.edid().duplicate().get(edid.blob());
        memory.segment().copyFrom(state.memory());
    }

    private static ConfigSpace config(Model model) {
        return ConfigSpace.of(VENDOR, DEVICE)
                .subsystem(SUBSYSTEM_VENDOR, SUBSYSTEM_DEVICE)
                .classCode(CLASS_DISPLAY_OTHER, REVISION)
                .command(ConfigSpace.COMMAND_IO | ConfigSpace.COMMAND_MEMORY, 0)
                .memoryBar(0, model.memory(), true)
                .memoryBar(2, REGISTERS_SIZE, false)
                .build();
    }
}
