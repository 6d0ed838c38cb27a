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
 * <p>Many of the kernel's structures grew at their end. The declaration is the newest form; {@link #minsz} is what the first kernel that
 * had the structure takes, so that one who sends no more than this is understood by every kernel.
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
    private final long alignment;
    private final long size;
    private final long minsz;

    private Struct(Builder builder) {
        this.name = builder.name;
        this.fields = List.copyOf(builder.fields);
        this.alignment = builder.alignment;
        this.size = Builder.align(builder.end, builder.alignment);
        this.minsz = builder.minsz == 0 ? size : builder.minsz;
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

    /** The fewest bytes that every kernel with this structure takes as its {@code argsz}; {@link #size} if it never grew. */
    public long minsz() {
        return minsz;
    }

    /** In the order of the header; the fields of an inner structure follow it as {@code outer.inner}. */
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

    /**
     * Zeroed memory for one and {@code extra} bytes behind it, with the size of both in its first field, 32 bits wide: {@code argsz} in
     * vfio.h, {@code size} in iommufd.h.
     */
    public MemorySegment request(SegmentAllocator allocator, long extra) {
        MemorySegment request = allocate(allocator, extra);
        new U32(0).set(request, Math.toIntExact(request.byteSize()));
        return request;
    }

    /** The same with nothing behind it. */
    public MemorySegment request(SegmentAllocator allocator) {
        return request(allocator, 0);
    }

    /** The one that begins at {@code offset} of {@code segment}. */
    public MemorySegment slice(MemorySegment segment, long offset) {
        return segment.asSlice(offset, size);
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

    /** A field: its C name, its offset, size and alignment in bytes (size 0 for a flexible array). */
    public record Field(String name, long offset, long size, long alignment) {}

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

        public long unsigned(MemorySegment struct) {
            return Integer.toUnsignedLong(get(struct));
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
        private long minsz;

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

        /** Signed: a file descriptor, which the accessor of 32 bits reads as it is. */
        public Builder s32(String field) {
            return add(field, Integer.BYTES, Integer.BYTES);
        }

        public Builder u64(String field) {
            return add(field, Long.BYTES, Long.BYTES);
        }

        /** An array of {@code count} bytes. */
        public Builder bytes(String field, int count) {
            return add(field, count, 1);
        }

        /** Another name in a union for the field before it, of the same size. */
        public Builder or(String field) {
            Field last = fields.getLast();
            fields.add(new Field(field, last.offset(), last.size(), last.alignment()));
            return this;
        }

        /** A flexible array whose elements are aligned to {@code elementAlignment} bytes. */
        public Builder flexible(String field, int elementAlignment) {
            return add(field, 0, elementAlignment);
        }

        /** A field that is itself a structure. */
        public Builder struct(String field, Struct inner) {
            add(field, inner.size, inner.alignment);
            long offset = fields.getLast().offset();
            for (Field f : inner.fields) {
                fields.add(new Field(field + "." + f.name(), offset + f.offset(), f.size(), f.alignment()));
            }
            return this;
        }

        /** What follows was added later, or is not asked of the caller: see {@link Struct#minsz}. */
        public Builder minsz() {
            minsz = end;
            return this;
        }

        public Struct build() {
            return new Struct(this);
        }

        private Builder add(String field, long bytes, long fieldAlignment) {
            long offset = align(end, fieldAlignment);
            fields.add(new Field(field, offset, bytes, fieldAlignment));
            end = offset + bytes;
            alignment = Math.max(alignment, fieldAlignment);
            return this;
        }

        private static long align(long value, long to) {
            return (value + to - 1) / to * to;
        }
    }
}
