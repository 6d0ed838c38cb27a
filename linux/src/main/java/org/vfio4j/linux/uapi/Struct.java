/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.uapi;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A structure of a kernel header as data: its C name, its fields with their offsets, its size. The fields' accessors check the segment's
 * bounds; byte order is little endian, as on every machine vfio4j runs on.
 *
 * <p>A test compiles the installed headers and holds every structure declared here against them.
 */
public final class Struct {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String name;
    private final List<Field> fields;
    private final long size;

    private Struct(String name, List<Field> fields, long size) {
        this.name = name;
        this.fields = List.copyOf(fields);
        this.size = size;
    }

    /** Starts a structure named as in C, without the word {@code struct}. */
    public static Builder named(String name) {
        return new Builder(name);
    }

    public String name() {
        return name;
    }

    /** {@code sizeof}, in bytes: a flexible array at the end counts nothing. */
    public long size() {
        return size;
    }

    public List<Field> fields() {
        return fields;
    }

    /** Zeroed memory for one, with {@code extra} bytes behind it for what follows the fixed part. */
    public MemorySegment allocate(SegmentAllocator allocator, long extra) {
        return allocator.allocate(size + extra, Long.BYTES);
    }

    /** Zeroed memory for one. */
    public MemorySegment allocate(SegmentAllocator allocator) {
        return allocate(allocator, 0);
    }

    /** The field of that name, as an accessor of 16 bits. */
    public U16 u16(String field) {
        return new U16(find(field, Short.BYTES).offset());
    }

    /** The field of that name, as an accessor of 32 bits. */
    public U32 u32(String field) {
        return new U32(find(field, Integer.BYTES).offset());
    }

    /** The field of that name, as an accessor of 64 bits. */
    public U64 u64(String field) {
        return new U64(find(field, Long.BYTES).offset());
    }

    private Field find(String field, int bytes) {
        for (Field f : fields) {
            if (f.name().equals(field) && f.size() == bytes) {
                return f;
            }
        }
        throw new IllegalArgumentException(name + " has no field " + field + " of " + bytes + " bytes");
    }

    /** A field: its C name, its offset and size in bytes (0 for a flexible array). */
    public record Field(String name, long offset, long size) {}

    /** A 16-bit field. */
    public record U16(long offset) {
        public int get(MemorySegment struct) {
            return Short.toUnsignedInt(struct.get(SHORT, offset));
        }

        public void set(MemorySegment struct, int value) {
            struct.set(SHORT, offset, (short) value);
        }
    }

    /** A 32-bit field, signed or unsigned as its reader takes it. */
    public record U32(long offset) {
        public int get(MemorySegment struct) {
            return struct.get(INT, offset);
        }

        public void set(MemorySegment struct, int value) {
            struct.set(INT, offset, value);
        }
    }

    /** A 64-bit field. */
    public record U64(long offset) {
        public long get(MemorySegment struct) {
            return struct.get(LONG, offset);
        }

        public void set(MemorySegment struct, long value) {
            struct.set(LONG, offset, value);
        }
    }

    /** Lays fields out in their order, each aligned to its own size, as the C compiler does. */
    public static final class Builder {
        private final String name;
        private final List<Field> fields = new ArrayList<>();
        private long end;
        private long alignment = 1;

        private Builder(String name) {
            this.name = name;
        }

        public Builder u8(String field) {
            return add(field, 1, 1);
        }

        public Builder u16(String field) {
            return add(field, Short.BYTES, Short.BYTES);
        }

        public Builder u32(String field) {
            return add(field, Integer.BYTES, Integer.BYTES);
        }

        public Builder u64(String field) {
            return add(field, Long.BYTES, Long.BYTES);
        }

        /** A flexible array whose elements are aligned to {@code elementAlignment} bytes. */
        public Builder flexible(String field, int elementAlignment) {
            return add(field, 0, elementAlignment);
        }

        /** A field that is itself a structure, with the fields of {@code inner} reachable through its offset. */
        public Builder struct(String field, Struct inner) {
            return add(field, inner.size(), Integer.BYTES);
        }

        public Struct build() {
            return new Struct(name, fields, align(end, alignment));
        }

        private Builder add(String field, long bytes, long fieldAlignment) {
            long offset = align(end, fieldAlignment);
            fields.add(new Field(field, offset, bytes));
            end = offset + bytes;
            alignment = Math.max(alignment, fieldAlignment);
            return this;
        }

        private static long align(long value, long to) {
            return (value + to - 1) / to * to;
        }
    }
}
