/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.dma.DmaSpace;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.Interrupts;
import org.vfio4j.vfio.pci.Intx;
import org.vfio4j.vfio.pci.Msi;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;
import org.vfio4j.vfio.pci.Window;

/**
 * A PCI function that does on request what a device can do to its user: interrupts of every kind, and DMA both ways of any length up to 1 MiB.
 *
 * <p>BAR 0: a written {@link #FIRE} raises that vector, by INTx, MSI or MSI-X; INTx is up until {@link #LOWER} is written. A written {@link
 * #COPY} copies that many bytes from {@link #SOURCE} to {@link #DESTINATION}, both the user's; {@link #RESULT} is then 0 or the error number.
 * BAR 1: the MSI-X table and pending bits.
 */
final class Exerciser extends PciDevice {
    static final int FIRE = 0x00;
    static final int LOWER = 0x04;
    static final int SOURCE = 0x08;
    static final int DESTINATION = 0x10;
    static final int COPY = 0x18;
    static final int RESULT = 0x1c;

    static final int VENDOR = 0x1b36;
    static final int DEVICE = 0x7f10;
    static final int MSI_VECTORS = 4;
    static final int MSIX_VECTORS = 8;

    private static final int REGISTERS_SIZE = 4096;
    private static final int PENDING = 0x800;
    private static final int LARGEST_COPY = 1 << 20;

    private Exerciser(Parts parts) {
        super(parts);
    }

    /**
     * A new one.
     *
     * @param msix whether it has MSI-X too
     */
    static Exerciser create(boolean msix) {
        Register line = Register.named("line", LOWER, 4);
        Register result = Register.named("result", RESULT, 4);
        Register source = Register.named("source", SOURCE, 8).writable(-1);
        Register destination = Register.named("destination", DESTINATION, 8).writable(-1);
        Intx intx = new Intx(() -> line.value() != 0);
        Interrupts interrupts = msix
                ? Interrupts.of(intx, Msi.msi(MSI_VECTORS), Msi.msix(MSIX_VECTORS))
                : Interrupts.of(intx, Msi.msi(MSI_VECTORS));
        DmaSpace space = new DmaSpace();
        Register fire = Register.named("fire", FIRE, 4).onWrite(vector -> {
            line.set(1);
            interrupts.fire((int) vector & MSIX_VECTORS - 1);
        });
        line.onWrite(written -> line.set(0));
        Register copy = Register.named("copy", COPY, 4)
                .onWrite(count -> result.set(copy(space, source.value(), destination.value(), count)));
        RegisterSet registers = RegisterSet.of(REGISTERS_SIZE, List.of(fire, line, source, destination, copy, result));
        ConfigSpace.Builder config = ConfigSpace.of(VENDOR, DEVICE)
                .subsystem(VENDOR, DEVICE)
                .classCode(0x00ff00, 1)
                .command(0, ConfigSpace.COMMAND_MEMORY | ConfigSpace.COMMAND_MASTER | ConfigSpace.COMMAND_INTX_DISABLE)
                .memoryBar(0, REGISTERS_SIZE, false)
                .memoryBar(1, REGISTERS_SIZE, false)
                .interruptPin(1)
                .msi(MSI_VECTORS);
        if (msix) {
            config.msix(MSIX_VECTORS, 1, 0, PENDING);
        }
        RegisterSet table =
                RegisterSet.of(REGISTERS_SIZE, List.of(Window.memory("msi-x table", 0, new byte[16 * MSIX_VECTORS])));
        return new Exerciser(new Parts(config.build())
                .region(RegisterRegion.of(RegionInfo.PCI_BAR0, registers, Long.BYTES, List.of()))
                .region(RegisterRegion.of(RegionInfo.PCI_BAR0 + 1, table, Long.BYTES, List.of()))
                .dma(space)
                .interrupts(interrupts));
    }

    private static int copy(DmaSpace space, long from, long to, long count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(Math.clamp(count, 1, LARGEST_COPY));
            space.read(from, bytes);
            space.write(to, bytes);
            return 0;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }
}
