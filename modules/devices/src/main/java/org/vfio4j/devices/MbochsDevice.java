/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceInfo;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Dmabuf;
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
import org.vfio4j.vfio.pci.Cell;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.SharedMemory;

/**
 * mbochs: video memory and the Bochs display registers, shown as dma-bufs, with an EDID region. It migrates, which the kernel's does not. The guest's driver is Linux's {@code bochs},
 * the layout that of QEMU's standard VGA without the VGA ports ({@code docs/specs/standard-vga.rst}).
 */
final class MbochsDevice extends PciDevice {
    static final String NAME = "mbochs";

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
    enum Model implements SampleModel {
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

        @Override
        public String id() {
            return NAME + "-" + name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Optional<String> description() {
            return Optional.of("virtual display, " + megabytes + " MB video memory");
        }

        /** MB of video memory. */
        @Override
        public int share() {
            return megabytes;
        }

        /** Of {@link MbochsState}: it is for this type only. */
        @Override
        public MigrationVersion stateVersion() {
            return MigrationVersion.only(NAME + " " + MbochsState.VERSION + " " + id());
        }

        @Override
        public Map<String, String> attributes(UUID uuid) {
            return Map.of("memory", megabytes + " MB");
        }

        @Override
        public VfioDevice make(Runnable release) {
            return create(this, release);
        }

        long memory() {
            return (long) megabytes * MEGABYTE;
        }
    }

    private final SharedMemory memory;
    private final Dispi dispi;
    private final MemoryMigration migration;
    private final StateMachine states;
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
        MemoryMigration migration = new MemoryMigration(
                new MemoryState(model.id(), MbochsState.VERSION, model.memory()),
                memory.segment(),
                () -> MbochsState.of(config.registers(), registers, edid).bytes(),
                saved -> MbochsState.read(saved).restore(config.registers(), registers, edid));
        StateMachine states = new StateMachine(MemoryMigration.FLAGS, migration);
        super(new Parts(config)
                .flags(DeviceInfo.PCI)
                .region(MemoryRegion.of(RegionInfo.PCI_BAR0, memory))
                .region(RegisterRegion.of(RegionInfo.PCI_BAR2, registers))
                .region(edid.region(EDID_REGION))
                .features(Features.ofMigration(states, migration::size))
                .release(release));
        this.memory = memory;
        this.dispi = dispi;
        this.migration = migration;
        this.states = states;
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

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        requireOpen();
        return states.set(target);
    }

    @Override
    protected void resetDevice() {
        migration.endStreams();
        states.reset();
    }

    @Override
    protected void closeDevice() {
        migration.endStreams();
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
