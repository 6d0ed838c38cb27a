/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * A register as data: where it is, its value, which bits a write changes and which bits a written 1 clears. A hook is added only where an
 * access does more than that.
 *
 * <p>It is described once, in a chain that starts with {@link #named}, before its set is made.
 */
public final class Register implements Cell {
    private final String name;
    private final int offset;
    private final int size;
    private long value;
    private long initial;
    private long writeMask;
    private long clearMask;
    private boolean exact;
    private boolean sticky;
    private LongSupplier onRead = this::value;
    private LongConsumer onWrite = written -> {};

    private Register(String name, int offset, int size) {
        this.name = name;
        this.offset = offset;
        this.size = size;
    }

    /**
     * A register that reads 0 and ignores writes.
     *
     * @param offset in its set, in bytes
     * @param size 1, 2, 4 or 8 bytes
     */
    public static Register named(String name, int offset, int size) {
        if (offset < 0 || size > Long.BYTES || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException("register " + name + " at " + offset + " of " + size + " bytes");
        }
        return new Register(name, offset, size);
    }

    /** Its value after creation and reset. */
    public Register initially(long reset) {
        this.initial = reset & mask(size);
        this.value = initial;
        return this;
    }

    /** The bits that take what is written. */
    public Register writable(long mask) {
        this.writeMask = mask & mask(size);
        return this;
    }

    /** The bits that a written 1 clears. */
    public Register clearedByOnes(long mask) {
        this.clearMask = mask & mask(size);
        return this;
    }

    /** Takes only accesses of its own offset and size; any other reads 0 and writes nothing. */
    public Register exact() {
        this.exact = true;
        return this;
    }

    /** Keeps its value through a reset. */
    public Register sticky() {
        this.sticky = true;
        return this;
    }

    /** What a read answers instead of the value, once for each access that reaches the register. */
    public Register onRead(LongSupplier hook) {
        this.onRead = hook;
        return this;
    }

    /**
     * What a write does once the masks are applied. The hook gets all that was written, masked bits too; bytes that a narrower access did not
     * touch are the register's own.
     */
    public Register onWrite(LongConsumer hook) {
        this.onWrite = hook;
        return this;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int offset() {
        return offset;
    }

    @Override
    public int size() {
        return size;
    }

    /** What it holds, for the device's own use: no hook runs. */
    public long value() {
        return value;
    }

    /** Changes what it holds, as the device itself can: masks do not count, no hook runs. */
    public void set(long newValue) {
        this.value = newValue & mask(size);
    }

    /** Whether its state can differ from the one after creation by the masks alone. */
    public boolean isMutable() {
        return (writeMask | clearMask) != 0;
    }

    /** Whether {@code candidate} could be its value: it differs from the initial one only where a write can make it differ. */
    public boolean accepts(long candidate) {
        return ((candidate ^ initial) & ~(writeMask | clearMask)) == 0;
    }

    @Override
    public boolean answers(int at, int width) {
        return !exact || (at == offset && width == size);
    }

    @Override
    public long readPart(int skip, int count) {
        return (onRead.getAsLong() >>> (skip * Byte.SIZE)) & mask(count);
    }

    @Override
    public void writePart(int skip, int count, long bytes) {
        long touched = mask(count) << (skip * Byte.SIZE);
        long data = (bytes << (skip * Byte.SIZE)) & touched;
        long before = value;
        long stored = writeMask & touched;
        value = (before & ~stored) | (data & stored);
        value &= ~(data & clearMask);
        onWrite.accept((before & ~touched) | data);
    }

    @Override
    public void reset() {
        if (!sticky) {
            value = initial;
        }
    }

    @Override
    public String toString() {
        return String.format("%s@0x%x = 0x%x", name, offset, value);
    }

    private static long mask(int bytes) {
        return bytes == Long.BYTES ? -1L : (1L << (bytes * Byte.SIZE)) - 1;
    }
}
