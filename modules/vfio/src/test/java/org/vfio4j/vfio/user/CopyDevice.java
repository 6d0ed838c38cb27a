/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.dma.DmaSpace;
import org.vfio4j.vfio.migration.Features;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.Interrupts;
import org.vfio4j.vfio.pci.Intx;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.Msi;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.SharedMemory;

/**
 * A device that copies guest memory: from {@link #SOURCE} to {@link #TARGET}, as many bytes as are written to {@link #GO}. {@link #STATUS} is
 * {@link #BUSY} meanwhile, then {@link #IDLE} or an error number.
 */
final class CopyDevice extends PciDevice {
    static final int MEMORY = RegionInfo.PCI_BAR0;
    static final int MEMORY_SIZE = 2 << 20;
    static final int REGISTERS = RegionInfo.PCI_BAR2;
    static final int SOURCE = 0;
    static final int TARGET = 8;
    static final int GO = 16;
    static final int RELAXED = 20;
    static final int FAULT = 24;
    static final int STATUS = 28;
    static final int IDLE = 0;
    static final int BUSY = 0x2000;
    static final int MAX_COPY = 1 << 20;

    final DmaSpace dma;

    private CopyDevice(DmaSpace dma, RegisterSet registers) {
        super(new Parts(ConfigSpace.of(0x1234, 0x5678)
                        .classCode(0x088000, 1)
                        .command(0, ConfigSpace.COMMAND_MEMORY)
                        .memoryBar(0, MEMORY_SIZE, true)
                        .memoryBar(2, 4096, false)
                        .interruptPin(1)
                        .build())
                .region(MemoryRegion.of(MEMORY, SharedMemory.create("copy device", MEMORY_SIZE)))
                .region(RegisterRegion.of(REGISTERS, registers, Long.BYTES, List.of()))
                .interrupts(Interrupts.of(new Intx(() -> false), Msi.msi(4)))
                .features(Features.builder().dmaLogging().build())
                .dma(dma));
        this.dma = dma;
    }

    static CopyDevice create() {
        return create(new DmaSpace());
    }

    /** One that can be used again while it waits for memory. */
    static CopyDevice reentrant() {
        return create(DmaSpace.reentrant());
    }

    private static CopyDevice create(DmaSpace dma) {
        Register source = Register.named("source", SOURCE, 8).writable(-1);
        Register target = Register.named("target", TARGET, 8).writable(-1);
        Register status = Register.named("status", STATUS, 4);
        Register go = Register.named("go", GO, 4)
                .onWrite(count -> status.set(copy(dma, status, source.value(), target.value(), count)));
        Register relaxed = Register.named("relaxed", RELAXED, 4).writable(0xffff_ffffL);
        Register fault = Register.named("fault", FAULT, 4).onWrite(value -> {
            throw new IllegalStateException("a mistake in the device");
        });
        return new CopyDevice(dma, RegisterSet.of(4096, List.of(source, target, go, relaxed, fault, status)));
    }

    private static long copy(DmaSpace dma, Register status, long source, long target, long count) {
        status.set(BUSY);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Math.min(count, MAX_COPY));
            dma.read(source, bytes);
            dma.write(target, bytes);
            return IDLE;
        } catch (ErrnoException e) {
            status.set(e.errno());
            throw e;
        }
    }
}
