/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import org.vfio4j.vfio.pci.ConfigSpace;

/** A PCI function of a {@link Qtest} machine, as a driver sees it: configuration space, BARs, MSI and MSI-X. */
final class PciFunction {
    static final int MSI = 0x05;
    static final int MSIX = 0x11;

    private static final int COMMAND = 0x04;
    private static final int BAR0 = 0x10;
    private static final int CAPABILITIES = 0x34;

    /** BARs lie here, each in 16 MiB of its own: memory that a PC has for devices. */
    private static final long WINDOW = 0xe000_0000L;

    private static final int SHIFT = 24;
    private static final int BARS = 6;

    private static final int MSI_ENABLE = 1;
    private static final int MSIX_ENABLE = 0x8000;
    private static final int MSIX_MASK_ALL = 0x4000;
    private static final int ENTRY = 16;
    private static final int ENTRY_DATA = 8;
    private static final int ENTRY_CONTROL = 12;

    private final Qtest machine;
    private final int slot;

    PciFunction(Qtest machine, int slot) {
        this.machine = machine;
        this.slot = slot;
    }

    /** Gives every BAR an address and lets the function answer there and master the bus. */
    PciFunction enable() throws IOException {
        for (int bar = 0; bar < BARS; bar++) {
            machine.config(slot, BAR0 + bar * Integer.BYTES, 4, (int) bar(bar));
        }
        machine.config(slot, COMMAND, 2, ConfigSpace.COMMAND_MEMORY | ConfigSpace.COMMAND_MASTER);
        return this;
    }

    int config(int offset, int width) throws IOException {
        return machine.config(slot, offset, width);
    }

    void config(int offset, int width, int value) throws IOException {
        machine.config(slot, offset, width, value);
    }

    /** Where a BAR is, once it is enabled. */
    long bar(int index) {
        return WINDOW + (((long) (slot - Qtest.FIRST_SLOT) * BARS + index) << SHIFT);
    }

    int read32(int bar, int offset) throws IOException {
        return (int) machine.read(bar(bar) + offset, 4);
    }

    void write32(int bar, int offset, int value) throws IOException {
        machine.write(bar(bar) + offset, 4, Integer.toUnsignedLong(value));
    }

    void write64(int bar, int offset, long value) throws IOException {
        machine.write(bar(bar) + offset, 8, value);
    }

    /** Where the capability with that id is. */
    int capability(int id) throws IOException {
        for (int at = config(CAPABILITIES, 1); at != 0; at = config(at + 1, 1)) {
            if (config(at, 1) == id) {
                return at;
            }
        }
        throw new AssertionError("the function in slot " + slot + " has no capability " + id);
    }

    /** Turns MSI on: 2^{@code log} vectors, whose messages are {@code data} and up, written to {@code address}. */
    void enableMsi(long address, int data, int log) throws IOException {
        int at = capability(MSI);
        config(at + 4, 4, (int) address);
        config(at + 8, 4, (int) (address >>> 32));
        config(at + 12, 2, data);
        config(at + 2, 2, (config(at + 2, 2) & ~0x71) | (log << 4) | MSI_ENABLE);
    }

    void disableMsi() throws IOException {
        int at = capability(MSI) + 2;
        config(at, 2, config(at, 2) & ~MSI_ENABLE);
    }

    void enableMsix() throws IOException {
        msixControl(MSIX_ENABLE, MSIX_MASK_ALL);
    }

    void disableMsix() throws IOException {
        msixControl(0, MSIX_ENABLE | MSIX_MASK_ALL);
    }

    /** Masks all vectors of MSI-X, or ends that. */
    void maskAll(boolean masked) throws IOException {
        msixControl(masked ? MSIX_MASK_ALL : 0, MSIX_MASK_ALL);
    }

    private void msixControl(int set, int cleared) throws IOException {
        int at = capability(MSIX) + 2;
        config(at, 2, (config(at, 2) & ~cleared) | set);
    }

    /** Has a vector of MSI-X write {@code data} to {@code address}. */
    void vector(int vector, long address, int data) throws IOException {
        int bar = config(capability(MSIX) + 4, 4) & 7;
        write32(bar, vector * ENTRY, (int) address);
        write32(bar, vector * ENTRY + Integer.BYTES, (int) (address >>> 32));
        write32(bar, vector * ENTRY + ENTRY_DATA, data);
    }

    /** Masks a vector of MSI-X, or ends that. */
    void mask(int vector, boolean masked) throws IOException {
        int bar = config(capability(MSIX) + 4, 4) & 7;
        write32(bar, vector * ENTRY + ENTRY_CONTROL, masked ? 1 : 0);
    }

    /** Whether a message of that vector is held back. */
    boolean isPending(int vector) throws IOException {
        int where = config(capability(MSIX) + 8, 4);
        return (read32(where & 7, where & ~7) >>> vector & 1) != 0;
    }
}
