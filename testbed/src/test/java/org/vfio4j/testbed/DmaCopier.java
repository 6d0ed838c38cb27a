/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.dma.DmaSpace;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;

/**
 * A device that copies its guest's memory by DMA. BAR 0: source and destination (bus addresses, 8 bytes each, at {@link #SOURCE} and
 * {@link #DESTINATION}), {@link #LENGTH}; a write to {@link #GO} copies, and what came of it is in {@link #STATUS}.
 */
final class DmaCopier extends PciDevice {
    static final int VENDOR = 0x1234;
    static final int DEVICE = 0xdca0;
    static final int SOURCE = 0x00;
    static final int DESTINATION = 0x08;
    static final int LENGTH = 0x10;
    static final int STATUS = 0x14;
    static final int GO = 0x18;

    /** The status after a copy that worked; after one that failed it is the error number. */
    static final int COPIED = 0x1000;

    private static final int BAR_SIZE = 4096;
    private static final int CLASS_OTHER = 0x00ff00;
    private static final long ALL = -1L;

    private static final long PATIENCE_SECONDS = 60;

    private final Semaphore copies;

    private DmaCopier(Parts parts, Semaphore copies) {
        super(parts);
        this.copies = copies;
    }

    /** Waits, within a bound, for the end of a copy that nobody has waited for yet. */
    void awaitCopy() throws InterruptedException {
        assertThat(copies.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("a copy")
                .isTrue();
    }

    static DmaCopier create() {
        Semaphore copies = new Semaphore(0);
        DmaSpace memory = new DmaSpace();
        Register source = Register.named("source", SOURCE, Long.BYTES).writable(ALL);
        Register destination =
                Register.named("destination", DESTINATION, Long.BYTES).writable(ALL);
        Register length = Register.named("length", LENGTH, Integer.BYTES).writable(0xffffffL);
        Register status = Register.named("status", STATUS, Integer.BYTES);
        Register go = Register.named("go", GO, Integer.BYTES).onWrite(written -> {
            status.set(copy(memory, source.value(), destination.value(), length.value()));
            copies.release();
        });
        ConfigSpace config = ConfigSpace.of(VENDOR, DEVICE)
                .classCode(CLASS_OTHER, 0)
                .command(0, ConfigSpace.COMMAND_MEMORY | ConfigSpace.COMMAND_MASTER)
                .memoryBar(0, BAR_SIZE, false)
                .build();
        RegisterSet registers = RegisterSet.of(BAR_SIZE, List.of(source, destination, length, status, go));
        return new DmaCopier(
                new Parts(config)
                        .region(RegisterRegion.of(RegionInfo.PCI_BAR0, registers))
                        .dma(memory),
                copies);
    }

    private static long copy(DmaSpace memory, long source, long destination, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(length);
            memory.read(source, bytes);
            memory.write(destination, bytes);
            return COPIED;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }
}
