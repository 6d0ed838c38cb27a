/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.bus.Hardware;
import org.vfio4j.vfio.core.Bus;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.DeviceReport;
import org.vfio4j.vfio.core.Query;
import org.vfio4j.vfio.pci.Cell;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.Interrupts;
import org.vfio4j.vfio.pci.Intx;
import org.vfio4j.vfio.pci.Msi;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterRegion;
import org.vfio4j.vfio.pci.RegisterSet;

/**
 * edu: the PCI function that driver writers learn on, as QEMU's {@code docs/specs/edu.rst} describes it. It tells who it is, inverts what it is
 * given, computes factorials, copies between memory and a buffer of its own, and raises its interrupt on request, by INTx or MSI.
 */
public final class Edu implements Hardware {
    private static final String ADDRESS = "0000:00:05.0";
    private static final String VERSION = "1.0";

    private final String address;

    /** One at 0000:00:05.0. */
    public Edu() {
        this(ADDRESS);
    }

    /** One at a PCI address. */
    public Edu(String address) {
        this.address = address;
    }

    @Override
    public Bus bus() {
        return Bus.PCI;
    }

    @Override
    public String name() {
        return address;
    }

    @Override
    public DeviceFeatures features() {
        return DeviceFeatures.NONE;
    }

    @Override
    public VfioDevice create(DeviceReport report) {
        return Function.powerOn();
    }

    @Override
    public Set<Query.Kind> queriesWithoutOpen() {
        return EnumSet.allOf(Query.Kind.class);
    }

    @Override
    public Optional<String> hostDriverVersion() {
        return Optional.of(VERSION);
    }

    /** The function itself. */
    private static final class Function extends PciDevice {
        private static final int VENDOR = 0x1234;
        private static final int DEVICE = 0x11e8;
        private static final int SUBSYSTEM_VENDOR = 0x1af4;
        private static final int SUBSYSTEM_DEVICE = 0x1100;
        private static final int CLASS_OTHERS = 0x00ff00;
        private static final int REVISION = 0x10;
        private static final int PIN_INTA = 1;

        private static final int BAR_SIZE = 1 << 20;
        private static final long IDENTIFICATION = 0x010000edL;
        private static final long U32 = 0xffffffffL;

        /** The status register: raise the interrupt when a factorial is there. */
        private static final int STATUS_IRQ = 0x80;

        /** The reasons that the interrupts of the factorial and of the copying have. */
        private static final int REASON_FACTORIAL = 1;

        private static final int REASON_DMA = 0x100;

        /** From here on a factorial is a multiple of 2^32. */
        private static final long FACTORIAL_ZERO = 34;

        private Function(Parts parts) {
            super(parts);
        }

        static Function powerOn() {
            Register liveness = u32("liveness", 0x04).writable(U32);
            Register factorial = u32("factorial", 0x08).writable(U32);
            Register status = u32("status", 0x20).writable(STATUS_IRQ);
            Register reasons = u32("interrupt status", 0x24);
            Interrupts interrupts = Interrupts.of(new Intx(() -> reasons.value() != 0), Msi.msi(1));
            ConfigSpace config = config();
            EduDma dma = new EduDma(
                    () -> (config.command() & ConfigSpace.COMMAND_MASTER) != 0,
                    () -> raise(reasons, interrupts, REASON_DMA));
            liveness.onWrite(written -> liveness.set(~written));
            Register raise = u32("interrupt raise", 0x60).onWrite(written -> raise(reasons, interrupts, written));
            Register acknowledge =
                    u32("interrupt acknowledge", 0x64).onWrite(written -> reasons.set(reasons.value() & ~written));
            factorial.onWrite(written -> {
                factorial.set(factorial(written & U32));
                if ((status.value() & STATUS_IRQ) != 0) {
                    raise(reasons, interrupts, REASON_FACTORIAL);
                }
            });
            List<Cell> cells = new ArrayList<>(List.of(
                    u32("identification", 0x00).initially(IDENTIFICATION),
                    liveness,
                    factorial,
                    status,
                    reasons,
                    raise,
                    acknowledge));
            cells.addAll(dma.registers());
            RegisterSet registers = RegisterSet.of(BAR_SIZE, cells);
            return new Function(new Parts(config)
                    .region(RegisterRegion.of(RegionInfo.PCI_BAR0, registers, Long.BYTES, List.of()))
                    .dma(dma.space())
                    .interrupts(interrupts));
        }

        private static void raise(Register reasons, Interrupts interrupts, long more) {
            reasons.set(reasons.value() | more);
            if (reasons.value() != 0) {
                interrupts.fire(0);
            }
        }

        /** The factorial in 32 bits: from 34! on there is nothing left in them. */
        private static long factorial(long of) {
            if (of >= FACTORIAL_ZERO) {
                return 0;
            }
            long product = 1;
            for (long i = 2; i <= of; i++) {
                product = product * i & U32;
            }
            return product;
        }

        /** A register of the BAR, which takes accesses of 4 bytes only below 0x80. */
        private static Register u32(String name, int offset) {
            return Register.named(name, offset, Integer.BYTES).exact();
        }

        private static ConfigSpace config() {
            return ConfigSpace.of(VENDOR, DEVICE)
                    .subsystem(SUBSYSTEM_VENDOR, SUBSYSTEM_DEVICE)
                    .classCode(CLASS_OTHERS, REVISION)
                    .command(
                            0,
                            ConfigSpace.COMMAND_MEMORY | ConfigSpace.COMMAND_MASTER | ConfigSpace.COMMAND_INTX_DISABLE)
                    .memoryBar(0, BAR_SIZE, false)
                    .interruptPin(PIN_INTA)
                    .msi(1)
                    .build();
        }
    }
}
