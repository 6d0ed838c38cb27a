/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.pci;

import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * The registers of a region, by their offsets. An access of 1, 2, 4 or 8 bytes reaches every register it overlaps, lowest first; bytes that
 * belong to none read as 0 and take no write. Nothing here allocates on an access.
 */
public final class RegisterSet {
    private final int size;
    private final Cell[] cells;

    private RegisterSet(int size, Cell[] cells) {
        this.size = size;
        this.cells = cells;
    }

    /**
     * A set of {@code size} bytes with these cells, which must not overlap.
     *
     * @param cells in any order
     */
    public static RegisterSet of(int size, List<? extends Cell> cells) {
        Cell[] sorted = cells.toArray(Cell[]::new);
        Arrays.sort(sorted, Comparator.comparingInt(Cell::offset));
        long end = 0;
        for (Cell cell : sorted) {
            if (cell.offset() < end) {
                throw new IllegalArgumentException(cell.name() + " overlaps the register before it");
            }
            end = (long) cell.offset() + cell.size();
            if (end > size) {
                throw new IllegalArgumentException(cell.name() + " ends behind the set's " + size + " bytes");
            }
        }
        return new RegisterSet(size, sorted);
    }

    /** How many bytes the set occupies. */
    public int size() {
        return size;
    }

    /**
     * Reads {@code width} bytes, 1 to 8, at {@code offset}; they must lie in the set.
     *
     * @return the bytes, little endian
     */
    public long read(int offset, int width) {
        int end = checkedEnd(offset, width);
        long bytes = 0;
        for (int i = firstBehind(offset); i < cells.length && cells[i].offset() < end; i++) {
            Cell cell = cells[i];
            if (cell.answers(offset, width)) {
                int from = Math.max(offset, cell.offset());
                int to = Math.min(end, cell.offset() + cell.size());
                bytes |= cell.readPart(from - cell.offset(), to - from) << ((from - offset) * Byte.SIZE);
            }
        }
        return bytes;
    }

    /**
     * Writes {@code width} bytes, 1 to 8, at {@code offset}; they must lie in the set.
     *
     * @param bytes little endian
     */
    public void write(int offset, int width, long bytes) {
        int end = checkedEnd(offset, width);
        for (int i = firstBehind(offset); i < cells.length && cells[i].offset() < end; i++) {
            Cell cell = cells[i];
            if (cell.answers(offset, width)) {
                int from = Math.max(offset, cell.offset());
                int to = Math.min(end, cell.offset() + cell.size());
                cell.writePart(from - cell.offset(), to - from, bytes >>> ((from - offset) * Byte.SIZE));
            }
        }
    }

    /** Every register back to its value after creation; no hook runs. */
    public void reset() {
        for (Cell cell : cells) {
            cell.reset();
        }
    }

    /** The values of the registers that a write can change, by name: what a state record keeps of the set. */
    public SortedMap<String, Long> values() {
        SortedMap<String, Long> values = new TreeMap<>();
        mutable().forEach(register -> values.put(register.name(), register.value()));
        return Collections.unmodifiableSortedMap(values);
    }

    /**
     * Refuses what {@link #restore} would refuse.
     *
     * @throws VfioException EINVAL if the names are not this set's or a value cannot be one of its register's
     */
    public void check(SortedMap<String, Long> values) {
        if (!values.keySet().equals(values().keySet())) {
            throw new VfioException(Errno.EINVAL, "the saved registers are not this device's");
        }
        for (Register register : mutable()) {
            long value = values.getOrDefault(register.name(), 0L);
            if (!register.accepts(value)) {
                throw new VfioException(
                        Errno.EINVAL, register.name() + " cannot have the value 0x" + Long.toHexString(value));
            }
        }
    }

    /** Takes over what {@link #values} gave, once all of it is checked; no hook runs. */
    public void restore(SortedMap<String, Long> values) {
        check(values);
        for (Register register : mutable()) {
            register.set(values.getOrDefault(register.name(), register.value()));
        }
    }

    private List<Register> mutable() {
        return Arrays.stream(cells)
                .filter(Register.class::isInstance)
                .map(Register.class::cast)
                .filter(Register::isMutable)
                .toList();
    }

    private int checkedEnd(int offset, int width) {
        if (offset < 0 || width < 1 || width > Long.BYTES || width > size - offset) {
            throw new IllegalArgumentException(width + " bytes at " + offset + " are not in " + size);
        }
        return offset + width;
    }

    /** The index of the first cell that ends behind {@code offset}. */
    private int firstBehind(int offset) {
        int low = 0;
        int high = cells.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cells[middle].offset() + cells[middle].size() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
