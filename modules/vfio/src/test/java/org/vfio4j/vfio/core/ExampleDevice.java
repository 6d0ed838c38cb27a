/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.migration.Features;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.Interrupts;
import org.vfio4j.vfio.pci.Intx;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.SharedMemory;

/** A PCI device with memory, a register, an interrupt, a display in a region and a feature; it counts who is in it. */
public final class ExampleDevice extends PciDevice {
    public static final int MEMORY = RegionInfo.PCI_BAR0;
    public static final int REGISTERS = RegionInfo.PCI_BAR2;
    public static final long MEMORY_SIZE = 4096;

    private final SharedMemory memory;
    private final RegisterSet registers;
    private final ConfigSpace config;
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean crowded;
    private int planesQueried;

    private ExampleDevice(SharedMemory memory, RegisterSet registers, ConfigSpace config, Runnable release) {
        super(new Parts(config)
                .region(MemoryRegion.of(MEMORY, memory))
                .region(RegisterRegion.of(REGISTERS, registers))
                .interrupts(Interrupts.of(new Intx(() -> false)))
                .features(Features.builder()
                        .get(
                                Feature.MIGRATION,
                                Long.BYTES,
                                data -> data.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, Feature.STOP_COPY))
                        .set(Feature.MIG_DEVICE_STATE, Long.BYTES, data -> {})
                        .build())
                .release(release));
        this.memory = memory;
        this.registers = registers;
        this.config = config;
    }

    public static ExampleDevice create() {
        return create(() -> {});
    }

    /** A device that runs {@code release} when it is closed. */
    public static ExampleDevice create(Runnable release) {
        Register counter = Register.named("counter", 4, 4).writable(0xffff_ffffL);
        return new ExampleDevice(
                SharedMemory.create("example", MEMORY_SIZE),
                RegisterSet.of(16, List.of(counter)),
                ConfigSpace.of(0x1234, 0x5678)
                        .subsystem(0x1af4, 0x1100)
                        .classCode(0x038000, 2)
                        .command(0, ConfigSpace.COMMAND_MEMORY)
                        .memoryBar(0, MEMORY_SIZE, true)
                        .interruptPin(1)
                        .build(),
                release);
    }

    /** All that a user could have changed. */
    public List<Object> state() {
        byte[] bytes = memory.segment().toArray(ValueLayout.JAVA_BYTE);
        return List.of(
                Map.copyOf(registers.values()),
                Map.copyOf(config.registers().values()),
                Arrays.hashCode(bytes),
                planesQueried);
    }

    /** Whether two threads have ever been in it at once. */
    public boolean wasCrowded() {
        return crowded;
    }

    /** Changes the device, as mbochs's first query after a mode change does. */
    @Override
    public GfxPlane queryGfxPlane(int flags) {
        requireOpen();
        if (inside.incrementAndGet() > 1) {
            crowded = true;
        }
        try {
            if (flags == (GfxPlane.PROBE | GfxPlane.REGION)) {
                return GfxPlane.NONE;
            }
            if (flags != GfxPlane.REGION) {
                throw new VfioException(Errno.EINVAL, "the plane is in a region");
            }
            planesQueried++;
            return GfxPlane.primary(GfxPlane.XRGB8888, 32, 32, 128, (int) MEMORY_SIZE, MEMORY);
        } finally {
            inside.decrementAndGet();
        }
    }

    /** Fills the memory, for a state that is not the one after creation. */
    public void fill(byte value) {
        MemorySegment all = memory.segment();
        all.fill(value);
    }
}
