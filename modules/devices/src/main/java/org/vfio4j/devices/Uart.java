/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.nio.ByteBuffer;
import java.util.List;
import org.vfio4j.vfio.pci.Register;
import org.vfio4j.vfio.pci.RegisterSet;

/**
 * A serial port of mtty: a 16550 (the manual is National Semiconductor's PC16550D) whose transmitter is wired to its own receiver through a
 * FIFO. Bytes are there at once, whatever the divisor says; the interrupt's trigger level is always 1.
 */
final class Uart {
    /** Registers, and so bytes of the BAR. */
    static final int SIZE = 8;

    private static final int IER_RECEIVED = 1;
    private static final int IER_EMPTY = 2;
    private static final int IER_LINE = 4;
    private static final int IER_MODEM = 8;
    private static final int IER_MASK = 0x0f;

    private static final int IIR_NONE = 1;
    private static final int IIR_EMPTY = 2;
    private static final int IIR_RECEIVED = 4;
    private static final int IIR_LINE = 6;
    private static final int IIR_FIFOS = 0xc0;

    private static final int FCR_ENABLE = 1;
    private static final int FCR_CLEAR_EITHER = 6;

    private static final int LCR_DLAB = 0x80;

    private static final int MCR_DTR_RTS_OUT2 = 0x0b;
    private static final int MCR_AUTOFLOW = 0x20;

    private static final int LSR_DATA = 1;
    private static final int LSR_OVERRUN = 2;
    private static final int LSR_EMPTY = 0x60;

    private static final int MSR_DCD_DSR = 0xa2;
    private static final int MSR_CTS = 0x11;

    private final Runnable interrupt;
    private final Register data = register("data", 0).onRead(this::receive).onWrite(this::transmit);
    private final Register ier = register("ier", 1).onRead(this::readIer).onWrite(this::writeIer);
    private final Register lcr = register("lcr", 3).writable(0xff).onWrite(this::writeLcr);
    private final Register mcr = register("mcr", 4).writable(0xff).onWrite(this::writeMcr);
    private final Register scr = register("scr", 7).writable(0xff);
    private final RegisterSet registers = RegisterSet.of(
            SIZE,
            List.of(
                    data,
                    ier,
                    register("iir", 2).onRead(this::iir).onWrite(this::writeFcr),
                    lcr,
                    mcr,
                    register("lsr", 5).onRead(this::lsr),
                    register("msr", 6).onRead(this::msr),
                    scr));

    private final byte[] fifo = new byte[UartState.FIFO_SIZE];
    private int head;
    private int tail;
    private int count;
    private int capacity;
    private int trigger;
    private int fcr;
    private int divisor;
    private boolean dlab;
    private boolean overrun;

    /**
     * A port after power-on.
     *
     * @param interrupt told of each event the guest has asked to hear of
     */
    Uart(Runnable interrupt) {
        this.interrupt = interrupt;
        restore(UartState.POWER_ON);
    }

    private static Register register(String name, int offset) {
        return Register.named(name, offset, 1);
    }

    RegisterSet registers() {
        return registers;
    }

    /** Whether the guest would find a reason for an interrupt now. */
    boolean pending() {
        return (iir() & IIR_NONE) == 0;
    }

    private long receive() {
        if (dlab) {
            return divisor & 0xff;
        }
        long received = 0;
        if (count > 0) {
            received = Byte.toUnsignedLong(fifo[tail]);
            tail = (tail + 1) % UartState.FIFO_SIZE;
            count--;
        }
        if (count == 0) {
            tell(IER_EMPTY);
        }
        return received;
    }

    private void transmit(long written) {
        if (dlab) {
            divisor |= (int) written;
        } else if (count < capacity) {
            fifo[head] = (byte) written;
            head = (head + 1) % UartState.FIFO_SIZE;
            count++;
            overrun = false;
            if (count == level()) {
                tell(IER_RECEIVED);
            }
        } else {
            overrun = true;
            tell(IER_LINE);
        }
    }

    private long readIer() {
        return dlab ? divisor >>> 8 : ier.value() & IER_MASK;
    }

    private void writeIer(long written) {
        if (dlab) {
            divisor |= (int) written << 8;
            return;
        }
        ier.set(written);
        if (count == 0) {
            tell(IER_EMPTY);
        }
    }

    private long iir() {
        int reasons = 0;
        if (asked(IER_LINE) && overrun) {
            reasons |= IIR_LINE;
        }
        if (asked(IER_RECEIVED) && count >= level()) {
            reasons |= IIR_RECEIVED;
        }
        if (asked(IER_EMPTY) && count == 0) {
            reasons |= IIR_EMPTY;
        }
        // The reason "modem" is 0: where it is the only one the register says that there is none, as in the kernel's
        // mtty.
        return (reasons == 0 ? IIR_NONE : reasons) | IIR_FIFOS;
    }

    private void writeFcr(long written) {
        fcr = (int) written;
        if ((written & FCR_CLEAR_EITHER) != 0) {
            head = 0;
            tail = 0;
            count = 0;
        }
        capacity = (written & FCR_ENABLE) != 0 ? UartState.FIFO_SIZE : 1;
        trigger = 1;
    }

    private void writeLcr(long written) {
        dlab = (written & LCR_DLAB) != 0;
        if (dlab) {
            divisor = 0;
        }
    }

    private void writeMcr(long written) {
        if ((written & MCR_DTR_RTS_OUT2) != 0) {
            tell(IER_MODEM);
        }
    }

    private long lsr() {
        return (count > 0 ? LSR_DATA : LSR_EMPTY) | (overrun ? LSR_OVERRUN : 0);
    }

    private long msr() {
        boolean room = (mcr.value() & MCR_AUTOFLOW) == 0 || count < capacity;
        return MSR_DCD_DSR | (room ? MSR_CTS : 0);
    }

    /** The trigger level; before the guest has written the FCR the state says 0. */
    private int level() {
        return Math.max(1, trigger);
    }

    private boolean asked(int event) {
        return (ier.value() & event) != 0;
    }

    private void tell(int event) {
        if (asked(event)) {
            interrupt.run();
        }
    }

    UartState save() {
        return new UartState(
                (int) ier.value(),
                (int) lcr.value(),
                (int) mcr.value(),
                (int) scr.value(),
                ByteBuffer.wrap(fifo),
                head,
                tail,
                count,
                dlab,
                overrun,
                divisor,
                fcr,
                capacity,
                trigger);
    }

    void restore(UartState state) {
        ier.set(state.ier());
        lcr.set(state.lcr());
        mcr.set(state.mcr());
        scr.set(state.scr());
        state.fifo().get(fifo);
        head = state.head();
        tail = state.tail();
        count = state.count();
        dlab = state.dlab();
        overrun = state.overrun();
        divisor = state.divisor();
        fcr = state.fcr();
        capacity = state.capacity();
        trigger = state.trigger();
    }
}
