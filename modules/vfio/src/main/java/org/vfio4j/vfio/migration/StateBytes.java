/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * The parts of a device's state record as bytes, little endian: written one behind the other, and read in the same order. What is read may be
 * anything; EINVAL says what is wrong with it.
 *
 * <p>Registers are u16 count, then for each u8 length of the name, the name in ASCII, u64 value; a blob is u32 length and its bytes.
 */
public final class StateBytes {
    /** What the JDK decodes other bytes to. */
    private static final char NOT_ASCII = '\uFFFD';

    private final ByteBuffer bytes;

    private StateBytes(ByteBuffer bytes) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Nothing yet. */
    public static StateBytes toWrite() {
        return new StateBytes(ByteBuffer.allocate(MemoryState.MAX_REGISTERS));
    }

    /** A record that was written. */
    public static StateBytes toRead(byte[] written) {
        return new StateBytes(ByteBuffer.wrap(written.clone()));
    }

    /** Writes registers by their names, as a register set gives them. */
    public StateBytes put(SortedMap<String, Long> registers) {
        bytes.putShort((short) registers.size());
        registers.forEach((name, value) -> {
            byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
            bytes.put((byte) ascii.length).put(ascii).putLong(value);
        });
        return this;
    }

    /** Writes a blob. */
    public StateBytes put(ByteBuffer blob) {
        bytes.putInt(blob.remaining()).put(blob.duplicate());
        return this;
    }

    /** All that was written. */
    public byte[] written() {
        byte[] all = new byte[bytes.position()];
        bytes.get(0, all);
        return all;
    }

    /** Reads registers. */
    public SortedMap<String, Long> registers() {
        try {
            SortedMap<String, Long> registers = new TreeMap<>();
            int count = Short.toUnsignedInt(bytes.getShort());
            for (int i = 0; i < count; i++) {
                byte[] ascii = new byte[Byte.toUnsignedInt(bytes.get())];
                bytes.get(ascii);
                String name = new String(ascii, StandardCharsets.US_ASCII);
                boolean follows = registers.isEmpty() || registers.lastKey().compareTo(name) < 0;
                if (!follows || name.indexOf(NOT_ASCII) >= 0) {
                    throw new VfioException(Errno.EINVAL, "the saved state's registers are not in their order");
                }
                registers.put(name, bytes.getLong());
            }
            return Collections.unmodifiableSortedMap(registers);
        } catch (BufferUnderflowException e) {
            throw tooShort();
        }
    }

    /** Reads a blob of exactly this many bytes. */
    public ByteBuffer blob(int length) {
        try {
            int told = bytes.getInt();
            if (told != length) {
                throw new VfioException(
                        Errno.EINVAL,
                        "the saved state has a part of " + Integer.toUnsignedString(told) + " bytes, not " + length);
            }
            byte[] blob = new byte[length];
            bytes.get(blob);
            return ByteBuffer.wrap(blob).asReadOnlyBuffer();
        } catch (BufferUnderflowException e) {
            throw tooShort();
        }
    }

    /** Refuses what is left. */
    public void end() {
        if (bytes.hasRemaining()) {
            throw new VfioException(Errno.EINVAL, "the saved state has " + bytes.remaining() + " bytes too many");
        }
    }

    private static VfioException tooShort() {
        return new VfioException(Errno.EINVAL, "the saved state is too short");
    }
}
