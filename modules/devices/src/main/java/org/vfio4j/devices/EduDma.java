/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.dma.DmaSpace;
import org.vfio4j.vfio.pci.Register;

/**
 * edu's DMA engine (QEMU's {@code docs/specs/edu.rst}): copies up to 4 KiB between memory and a buffer inside the device, which the device's
 * address space has at 0x40000. The command's start bit is up while it copies: a guest sees that where the device waits for memory that is not
 * mapped; else copying is over before the write that started it returns.
 */
final class EduDma {
    private static final long BUFFER = 0x40000;
    private static final int BUFFER_SIZE = 4096;

    /** The device drives 28 address lines. */
    private static final long ADDRESS_MASK = (1L << 28) - 1;

    private static final int START = 1;
    private static final int TO_MEMORY = 2;
    private static final int RAISE_INTERRUPT = 4;

    private final DmaSpace space = DmaSpace.reentrant();
    private final MemorySegment buffer = Arena.ofAuto().allocate(BUFFER_SIZE, Long.BYTES);
    private final Register source = register("dma source", 0x80);
    private final Register destination = register("dma destination", 0x88);
    private final Register count = register("dma count", 0x90);
    private final Register command = Register.named("dma command", 0x98, Long.BYTES);
    private final BooleanSupplier mayMaster;
    private final Runnable done;

    /**
     * @param mayMaster whether the function may master the bus; if not, what it reads is all ones and what it writes is lost
     * @param done raises the engine's interrupt
     */
    EduDma(BooleanSupplier mayMaster, Runnable done) {
        this.mayMaster = mayMaster;
        this.done = done;
        command.onWrite(this::start);
    }

    List<Register> registers() {
        return List.of(source, destination, count, command);
    }

    DmaSpace space() {
        return space;
    }

    private void start(long written) {
        boolean running = command.value() != 0;
        if ((written & START) == 0 || running) {
            return;
        }
        command.set(written);
        boolean toMemory = (written & TO_MEMORY) != 0;
        long inside = (toMemory ? source : destination).value() - BUFFER;
        long outside = (toMemory ? destination : source).value() & ADDRESS_MASK;
        long length = count.value();
        if (inside >= 0 && length > 0 && length <= BUFFER_SIZE && inside <= BUFFER_SIZE - length) {
            copy(buffer.asSlice(inside, length), outside, toMemory);
        }
        command.set(0);
        if ((written & RAISE_INTERRUPT) != 0) {
            done.run();
        }
    }

    /** As on a PCI bus: where nobody answers, a read gives all ones and a write is lost. */
    private void copy(MemorySegment part, long address, boolean toMemory) {
        try {
            if (!toMemory) {
                part.fill((byte) 0xff);
            }
            if (mayMaster.getAsBoolean()) {
                transfer(part, address, toMemory);
            }
        } catch (ErrnoException e) {
            // The guest named memory that is not there, which on a bus nobody tells it.
        }
    }

    private void transfer(MemorySegment part, long address, boolean toMemory) {
        if (toMemory) {
            space.write(address, part);
        } else {
            space.read(address, part);
        }
    }

    private static Register register(String name, int offset) {
        return Register.named(name, offset, Long.BYTES).writable(-1);
    }
}
