/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.util.ArrayList;
import java.util.List;

/**
 * The configuration space of a conventional PCI device: 256 bytes, header type 0 (PCI Local Bus Specification 3.0, chapter 6). Bytes that
 * nothing was put at read 0.
 */
public final class ConfigSpace {
    /** Bytes of it. */
    public static final int SIZE = 256;

    /** Bits of the command register. */
    public static final int COMMAND_IO = 1;

    public static final int COMMAND_MEMORY = 2;
    public static final int COMMAND_MASTER = 4;
    public static final int COMMAND_INTX_DISABLE = 0x400;

    /** The bit of the status register that says there is a capability list. */
    public static final int STATUS_CAPABILITIES = 0x10;

    /** The status register's DEVSEL timing "medium". */
    public static final int STATUS_DEVSEL_MEDIUM = 0x200;

    private static final int BARS = 6;

    private final RegisterSet registers;
    private final Register command;
    private final List<Register> bars;

    private ConfigSpace(RegisterSet registers, Register command, List<Register> bars) {
        this.registers = registers;
        this.command = command;
        this.bars = List.copyOf(bars);
    }

    /** Starts the space of a device with these ids. */
    public static Builder of(int vendor, int device) {
        return new Builder(vendor, device);
    }

    /** The space as registers. */
    public RegisterSet registers() {
        return registers;
    }

    /** The command register's value. */
    public int command() {
        return (int) command.value();
    }

    /** What the guest has written to a BAR, with its type bits; 0 if there is none. */
    public int bar(int index) {
        return (int) bars.get(index).value();
    }

    /** Collects what the space holds. */
    public static final class Builder {
        private static final int CAPABILITY_POINTER = 0x34;
        private static final int CAPABILITIES = 0x40;
        private static final int CAPABILITY_MSI = 0x05;
        private static final int CAPABILITY_MSIX = 0x11;

        private final List<Cell> cells = new ArrayList<>();
        private final List<Register> bars = new ArrayList<>();
        private final Register command = Register.named("command", 0x04, 2);
        private int status;
        private int statusClearMask;
        private final List<Integer> capabilities = new ArrayList<>();
        private int nextCapability = CAPABILITIES;

        private Builder(int vendor, int device) {
            constant("vendor", 0x00, 2, vendor);
            constant("device", 0x02, 2, device);
            for (int i = 0; i < BARS; i++) {
                bars.add(Register.named("bar" + i, 0x10 + i * Integer.BYTES, Integer.BYTES));
            }
        }

        /** The subsystem's ids. */
        public Builder subsystem(int vendor, int device) {
            return constant("subsystem vendor", 0x2c, 2, vendor).constant("subsystem device", 0x2e, 2, device);
        }

        /**
         * The class code and the revision.
         *
         * @param code base class, subclass and programming interface in 24 bits, such as 0x070002
         */
        public Builder classCode(int code, int revision) {
            return constant("revision", 0x08, 1, revision)
                    .constant("interface", 0x09, 1, code & 0xff)
                    .constant("class", 0x0a, 2, code >>> 8);
        }

        /** The command register after reset, and the bits the guest may change. */
        public Builder command(int reset, int writable) {
            command.initially(reset).writable(writable);
            return this;
        }

        /** The status register's fixed bits (the one of the capability list sets itself), and those a written 1 clears. */
        public Builder status(int fixed, int clearedByOnes) {
            status |= fixed;
            statusClearMask = clearedByOnes;
            return this;
        }

        /** A 32-bit memory BAR of {@code size} bytes, a power of two. */
        public Builder memoryBar(int index, long size, boolean prefetchable) {
            return bar(index, size, 16, prefetchable ? 8 : 0);
        }

        /** An I/O BAR of {@code size} bytes, a power of two. */
        public Builder ioBar(int index, long size) {
            return bar(index, size, 4, 1);
        }

        /** The interrupt pin: 1 is INTA#. A device with a pin has a writable interrupt line register. */
        public Builder interruptPin(int pin) {
            cells.add(Register.named("interrupt line", 0x3c, 1).writable(0xff));
            return constant("interrupt pin", 0x3d, 1, pin);
        }

        /**
         * Puts a capability behind the last one, the first at 0x40, and links it into the list.
         *
         * @param body what follows the id and the link
         */
        public Builder capability(int id, byte[] body) {
            int at = place(id, 2 + body.length);
            cells.add(Window.constant("capability " + id + " body", at + 2, body));
            return this;
        }

        /**
         * The capability of MSI with 64-bit addresses (PCI Local Bus Specification 3.0, 6.8.1). Who sends the messages is the device's user, so
         * the registers are only kept.
         *
         * @param vectors a power of two up to 32
         */
        public Builder msi(int vectors) {
            if (vectors < 1 || vectors > 32 || Integer.bitCount(vectors) != 1) {
                throw new IllegalArgumentException(vectors + " MSI vectors");
            }
            int at = place(CAPABILITY_MSI, 14);
            int control = 0x80 | (Integer.numberOfTrailingZeros(vectors) << 1);
            cells.add(
                    Register.named("msi control", at + 2, 2).initially(control).writable(0x71));
            cells.add(Register.named("msi address", at + 4, 4).writable(~3));
            cells.add(Register.named("msi upper address", at + 8, 4).writable(-1));
            cells.add(Register.named("msi data", at + 12, 2).writable(-1));
            return this;
        }

        /**
         * The capability of MSI-X (PCI Local Bus Specification 3.0, 6.8.2).
         *
         * @param vectors up to 2048
         * @param bar that holds the table and the pending bits
         * @param table the table's offset in it, a multiple of 8; 16 bytes a vector
         * @param pending the offset of the pending bits in it, a multiple of 8; 8 bytes for 64 vectors
         */
        public Builder msix(int vectors, int bar, int table, int pending) {
            if (vectors < 1 || vectors > 2048 || ((table | pending) & 7) != 0) {
                throw new IllegalArgumentException(vectors + " MSI-X vectors, at " + table + " and " + pending);
            }
            int at = place(CAPABILITY_MSIX, 12);
            cells.add(Register.named("msi-x control", at + 2, 2)
                    .initially(vectors - 1)
                    .writable(0xc000));
            return constant("msi-x table", at + 4, 4, table | bar).constant("msi-x pending", at + 8, 4, pending | bar);
        }

        /** Bytes of the vendor's own that never change. */
        public Builder vendorBytes(String name, int offset, byte[] content) {
            cells.add(Window.constant(name, offset, content));
            return this;
        }

        /** Any other register. */
        public Builder register(Register register) {
            cells.add(register);
            return this;
        }

        public ConfigSpace build() {
            linkCapabilities();
            cells.add(command);
            cells.add(Register.named("status", 0x06, 2).initially(status).clearedByOnes(statusClearMask));
            cells.addAll(bars);
            return new ConfigSpace(RegisterSet.of(SIZE, cells), command, bars);
        }

        /** Each capability's second byte is the next one's place, and the header's pointer the first one's. */
        private void linkCapabilities() {
            int link = CAPABILITY_POINTER;
            for (int at : capabilities) {
                constant("link to 0x" + Integer.toHexString(at), link, 1, at);
                status |= STATUS_CAPABILITIES;
                link = at + 1;
            }
        }

        /** Where the next capability is, of {@code size} bytes with its id and its link. */
        private int place(int id, int size) {
            int at = nextCapability;
            constant("capability " + id, at, 1, id);
            capabilities.add(at);
            nextCapability = (at + size + 3) & ~3;
            return at;
        }

        private Builder bar(int index, long size, long smallest, int type) {
            if (index < 0 || index >= BARS || Long.bitCount(size) != 1 || size < smallest || size > 1L << 31) {
                throw new IllegalArgumentException("BAR " + index + " of " + size + " bytes");
            }
            bars.get(index).initially(type).writable(~(size - 1));
            return this;
        }

        private Builder constant(String name, int offset, int size, long value) {
            cells.add(Register.named(name, offset, size).initially(value));
            return this;
        }
    }
}
