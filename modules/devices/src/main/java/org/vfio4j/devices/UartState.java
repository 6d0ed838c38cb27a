/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.nio.ByteBuffer;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * What a {@link Uart} is, in the 36 bytes the kernel's mtty saves a port in: u8 registers[8], fifo[16], head, tail, count, dlab, overrun, pad,
 * u16 divisor, u8 fcr, capacity, trigger, pad.
 *
 * @param fifo all 16 places, taken or not
 * @param head where the next byte goes
 * @param tail where the next byte comes from
 * @param count bytes in the FIFO
 * @param dlab whether offsets 0 and 1 are the divisor
 * @param overrun whether the last byte found the FIFO full
 * @param capacity how many bytes the FIFO takes: 16, or 1 while it is switched off
 * @param trigger how many bytes make an interrupt; 0 until the guest has written the FCR
 */
record UartState(
        int ier,
        int lcr,
        int mcr,
        int scr,
        ByteBuffer fifo,
        int head,
        int tail,
        int count,
        boolean dlab,
        boolean overrun,
        int divisor,
        int fcr,
        int capacity,
        int trigger) {
    static final int FIFO_SIZE = 16;
    /** Bytes of a saved port. */
    static final int SIZE = 36;

    static final UartState POWER_ON =
            new UartState(0, 0, 0, 0, ByteBuffer.allocate(FIFO_SIZE), 0, 0, 0, false, false, 0, 0, FIFO_SIZE, 0);

    UartState {
        byte[] bytes = new byte[FIFO_SIZE];
        fifo.duplicate().get(bytes);
        fifo = ByteBuffer.wrap(bytes).asReadOnlyBuffer();
        boolean places = isPlace(head) && isPlace(tail) && count >= 0 && count <= FIFO_SIZE;
        if (!places || (tail + count) % FIFO_SIZE != head) {
            throw new VfioException(Errno.EINVAL, "a port's FIFO has " + count + " bytes from " + tail + " to " + head);
        }
        if (capacity != 1 && capacity != FIFO_SIZE) {
            throw new VfioException(Errno.EINVAL, "a port's FIFO takes " + capacity + " bytes");
        }
        if (trigger < 0 || trigger > FIFO_SIZE) {
            throw new VfioException(Errno.EINVAL, "a port's trigger level is " + trigger);
        }
    }

    /** The FIFO's 16 bytes, from a position of their own. */
    @Override
    public ByteBuffer fifo() {
        return fifo.duplicate();
    }

    /** Takes a port from its 36 bytes, little endian; EINVAL if no port can be like that. */
    static UartState read(ByteBuffer in) {
        byte[] registers = new byte[8];
        in.get(registers);
        byte[] fifo = new byte[FIFO_SIZE];
        in.get(fifo);
        int head = u8(in);
        int tail = u8(in);
        int count = u8(in);
        boolean dlab = u8(in) != 0;
        boolean overrun = u8(in) != 0;
        in.get();
        int divisor = Short.toUnsignedInt(in.getShort());
        int fcr = u8(in);
        int capacity = u8(in);
        int trigger = u8(in);
        in.get();
        return new UartState(
                Byte.toUnsignedInt(registers[1]),
                Byte.toUnsignedInt(registers[3]),
                Byte.toUnsignedInt(registers[4]),
                Byte.toUnsignedInt(registers[7]),
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

    /** Puts the port's 36 bytes, little endian. */
    void write(ByteBuffer out) {
        byte[] registers = {0, (byte) ier, 0, (byte) lcr, (byte) mcr, 0, 0, (byte) scr};
        out.put(registers)
                .put(fifo())
                .put((byte) head)
                .put((byte) tail)
                .put((byte) count)
                .put((byte) (dlab ? 1 : 0))
                .put((byte) (overrun ? 1 : 0))
                .put((byte) 0)
                .putShort((short) divisor)
                .put((byte) fcr)
                .put((byte) capacity)
                .put((byte) trigger)
                .put((byte) 0);
    }

    private static boolean isPlace(int index) {
        return index >= 0 && index < FIFO_SIZE;
    }

    private static int u8(ByteBuffer in) {
        return Byte.toUnsignedInt(in.get());
    }
}
