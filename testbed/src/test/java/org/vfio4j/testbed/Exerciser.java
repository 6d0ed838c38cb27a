/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.IrqInfo;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.dma.DmaSpace;
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
import org.vfio4j.vfio.pci.Window;

/**
 * A PCI function that does on request what a device can do to its user: interrupts of every kind, and DMA both ways of any length up to 1 MiB.
 *
 * <p>BAR 0: a written {@link #FIRE} raises that vector, by INTx, MSI or MSI-X; INTx is up until {@link #LOWER} is written. A written {@link
 * #COPY} copies that many bytes from {@link #SOURCE} to {@link #DESTINATION}, both the user's (bus addresses, 8 bytes); {@link #RESULT} is
 * {@link #BUSY} until it is {@link #COPIED} or the error number.
 */
final class Exerciser extends PciDevice {
    static final int FIRE = 0x00;
    static final int LOWER = 0x04;
    static final int SOURCE = 0x08;
    static final int DESTINATION = 0x10;
    static final int COPY = 0x18;
    static final int RESULT = 0x1c;

    /** The result of a copy that worked. */
    static final int COPIED = 0x1000;

    /** The result while a copy is under way. */
    static final int BUSY = 0x2000;

    static final int VENDOR = 0x1b36;
    static final int DEVICE = 0x7f10;
    static final int MSI_VECTORS = 4;
    static final int MSIX_VECTORS = 8;
    static final int LARGEST_COPY = 1 << 20;

    /** The BAR with the MSI-X table, and where in it the pending bits are. */
    static final int TABLE_BAR = 1;

    static final int PENDING = 0x800;

    private static final int REGISTERS_SIZE = 4096;
    private static final int CLASS_OTHER = 0x00ff00;
    private static final long ALL = -1L;
    private static final long PATIENCE_SECONDS = 60;

    /** What one can have besides INTx, MSI and DMA. */
    enum Trait {
        /** MSI-X, where more vectors can be used while some are. */
        MSIX,
        /** MSI-X, where all of it is disabled before more vectors are used, as by Linux before 6.5. */
        FIXED_MSIX,
        /** BAR 2 can be mapped: then QEMU waits for an answer to each of its writes, wherever they go. */
        MAPPED_BAR,
        /** Its registers can be read while it waits for memory that it cannot map. */
        REENTRANT
    }

    private final boolean fixed;
    private final Semaphore copies;

    private Exerciser(Parts parts, boolean fixed, Semaphore copies) {
        super(parts);
        this.fixed = fixed;
        this.copies = copies;
    }

    static Exerciser create(Set<Trait> traits) {
        boolean msix = traits.contains(Trait.MSIX) || traits.contains(Trait.FIXED_MSIX);
        Register line = Register.named("line", LOWER, Integer.BYTES);
        Intx intx = new Intx(() -> line.value() != 0);
        Msi table = Msi.msix(MSIX_VECTORS);
        Interrupts interrupts =
                msix ? Interrupts.of(intx, Msi.msi(MSI_VECTORS), table) : Interrupts.of(intx, Msi.msi(MSI_VECTORS));
        Register fire = Register.named("fire", FIRE, Integer.BYTES).onWrite(vector -> {
            line.set(1);
            interrupts.fire((int) vector & (MSIX_VECTORS - 1));
        });
        line.onWrite(written -> line.set(0));
        DmaSpace memory = traits.contains(Trait.REENTRANT) ? DmaSpace.reentrant() : new DmaSpace();
        Semaphore copies = new Semaphore(0);
        List<Register> registers = new ArrayList<>(List.of(fire, line));
        registers.addAll(copier(memory, copies));
        Parts parts = new Parts(config(traits, msix))
                .region(region(RegionInfo.PCI_BAR0, RegisterSet.of(REGISTERS_SIZE, List.copyOf(registers))))
                .dma(memory)
                .interrupts(interrupts);
        if (msix) {
            Window entries = Window.memory("msi-x table", 0, new byte[16 * MSIX_VECTORS]);
            parts.region(region(
                    RegionInfo.PCI_BAR0 + TABLE_BAR,
                    RegisterSet.of(REGISTERS_SIZE, List.of(entries, table.pendingBits(PENDING)))));
        }
        if (traits.contains(Trait.MAPPED_BAR)) {
            parts.region(MemoryRegion.of(RegionInfo.PCI_BAR2, SharedMemory.create("exerciser", REGISTERS_SIZE)));
        }
        return new Exerciser(parts, traits.contains(Trait.FIXED_MSIX), copies);
    }

    @Override
    public IrqInfo irqInfo(int index) {
        IrqInfo info = super.irqInfo(index);
        return fixed && index == IrqInfo.PCI_MSIX
                ? new IrqInfo(index, info.flags() | IrqInfo.NORESIZE, info.count())
                : info;
    }

    /** Waits, within a bound, for the end of a copy that nobody has waited for yet. */
    void awaitCopy() throws InterruptedException {
        assertThat(copies.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("a copy")
                .isTrue();
    }

    private static List<Register> copier(DmaSpace memory, Semaphore copies) {
        Register source = Register.named("source", SOURCE, Long.BYTES).writable(ALL);
        Register destination =
                Register.named("destination", DESTINATION, Long.BYTES).writable(ALL);
        Register result = Register.named("result", RESULT, Integer.BYTES);
        Register copy = Register.named("copy", COPY, Integer.BYTES).onWrite(count -> {
            result.set(BUSY);
            result.set(copy(memory, source.value(), destination.value(), count));
            copies.release();
        });
        return List.of(source, destination, copy, result);
    }

    private static int copy(DmaSpace memory, long from, long to, long count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Math.clamp(count, 1, LARGEST_COPY));
            memory.read(from, bytes);
            memory.write(to, bytes);
            return COPIED;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }

    private static RegisterRegion region(int index, RegisterSet registers) {
        return RegisterRegion.of(index, registers, Long.BYTES, List.of());
    }

    private static ConfigSpace config(Set<Trait> traits, boolean msix) {
        ConfigSpace.Builder config = ConfigSpace.of(VENDOR, DEVICE)
                .subsystem(VENDOR, DEVICE)
                .classCode(CLASS_OTHER, 1)
                .command(0, ConfigSpace.COMMAND_MEMORY | ConfigSpace.COMMAND_MASTER | ConfigSpace.COMMAND_INTX_DISABLE)
                .memoryBar(0, REGISTERS_SIZE, false)
                .interruptPin(1)
                .msi(MSI_VECTORS);
        if (msix) {
            config.memoryBar(TABLE_BAR, REGISTERS_SIZE, false).msix(MSIX_VECTORS, TABLE_BAR, 0, PENDING);
        }
        if (traits.contains(Trait.MAPPED_BAR)) {
            config.memoryBar(2, REGISTERS_SIZE, true);
        }
        return config.build();
    }
}
