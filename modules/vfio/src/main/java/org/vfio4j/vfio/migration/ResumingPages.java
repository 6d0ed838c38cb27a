/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.VfioException;

/**
 * The stream into a device with memory, see {@link MemoryState}. A record that comes whole is checked and taken where it lies; one that comes in pieces
 * is put together first.
 */
final class ResumingPages extends Resuming {
    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[MemoryState.PAGE]).asReadOnly();

    private final MemoryState state;
    private final Mapping kept;

    /** The pages that have come, and those of them that are not 0. */
    private final BitSet come = new BitSet();

    private final BitSet filled = new BitSet();
    private final CRC32C crc = new CRC32C();

    /** What is put together: as much of it as has come is before the position. */
    private final ByteBuffer pieces = ByteBuffer.allocateDirect(MemoryState.RECORD_SIZE + MemoryState.MAX_PAGES)
            .order(ByteOrder.LITTLE_ENDIAN);

    private Part part = Part.HEADER;
    private byte[] registers = {};
    private boolean broken;

    /** What comes next. */
    private enum Part {
        HEADER,
        RECORD,
        NOTHING
    }

    /** A record's header that makes sense; its payload has this many bytes. */
    private record Header(int kind, long length, long offset, int payload) {
        int size() {
            return MemoryState.RECORD_SIZE + payload;
        }
    }

    ResumingPages(MemoryState state) {
        this.state = state;
        this.kept = Mapping.anonymous(state.memory());
    }

    /**
     * The device's registers.
     *
     * @throws VfioException EINVAL unless the whole state has come
     */
    byte[] registers() {
        requireRight();
        if (part != Part.NOTHING) {
            throw new VfioException(Errno.EINVAL, "the saved state is not complete");
        }
        return registers.clone();
    }

    /** Makes a complete state's memory the device's. Pages that are 0 there and here are not touched. */
    void copyTo(MemorySegment memory) {
        int page = 0;
        while (page < state.pages()) {
            boolean full = filled.get(page);
            int next = full ? filled.nextClearBit(page) : filled.nextSetBit(page);
            int end = next < 0 ? state.pages() : Math.min(next, state.pages());
            if (full) {
                MemorySegment.copy(kept.segment(), at(page), memory, at(page), at(end - page));
            } else {
                clear(memory, page, end);
            }
            page = end;
        }
    }

    private static void clear(MemorySegment memory, int from, int to) {
        MemorySegment part = memory.asSlice(at(from), at(to - from));
        for (long at = 0; at < part.byteSize(); at += MemoryState.PAGE) {
            MemorySegment page = part.asSlice(at, MemoryState.PAGE);
            if (page.mismatch(ZEROS) >= 0) {
                page.fill((byte) 0);
            }
        }
    }

    @Override
    public void end() {
        super.end();
        kept.close();
    }

    /** EFAULT for a header that is not this device's, EINVAL for what is damaged, ENOMEM for more than the state has; after that always EINVAL. */
    @Override
    void take(MemorySegment from) {
        requireRight();
        broken = true;
        ByteBuffer bytes = from.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            switch (part) {
                case HEADER -> takeHeader(bytes);
                case RECORD -> takeRecord(bytes);
                case NOTHING -> throw new VfioException(Errno.ENOMEM, "the saved state goes on behind its end");
            }
        }
        broken = false;
    }

    private void takeHeader(ByteBuffer bytes) {
        if (collect(bytes, MemoryState.HEADER_SIZE)) {
            state.check(pieces.flip(), crc);
            pieces.clear();
            part = Part.RECORD;
        }
    }

    private void takeRecord(ByteBuffer bytes) {
        if (pieces.position() == 0 && bytes.remaining() >= MemoryState.RECORD_SIZE) {
            int begin = bytes.position();
            Header header = header(bytes, begin);
            if (bytes.remaining() >= header.size()) {
                take(bytes, begin, header);
                bytes.position(begin + header.size());
                return;
            }
        }
        if (collect(bytes, MemoryState.RECORD_SIZE)) {
            Header header = header(pieces, 0);
            if (collect(bytes, header.size())) {
                take(pieces, 0, header);
                pieces.clear();
            }
        }
    }

    /** Whether so many bytes are put together now. */
    private boolean collect(ByteBuffer bytes, int size) {
        int count = Math.clamp((long) size - pieces.position(), 0, bytes.remaining());
        pieces.limit(pieces.capacity()).put(pieces.position(), bytes, bytes.position(), count);
        pieces.position(pieces.position() + count);
        bytes.position(bytes.position() + count);
        return pieces.position() >= size;
    }

    /** A record's header, once it is known to make sense. */
    private Header header(ByteBuffer bytes, int at) {
        int kind = bytes.getInt(at);
        long length = Integer.toUnsignedLong(bytes.getInt(at + 4));
        long offset = bytes.getLong(at + 8);
        boolean fits = switch (kind) {
            case MemoryState.PAGES -> length <= MemoryState.MAX_PAGES && isInMemory(offset, length);
            case MemoryState.ZEROS -> isInMemory(offset, length);
            case MemoryState.END -> length <= MemoryState.MAX_REGISTERS && offset == 0;
            default -> false;
        };
        if (!fits || bytes.getInt(at + 16) != 0) {
            throw damaged("a record of kind " + Integer.toUnsignedString(kind) + " with " + length + " bytes at "
                    + Long.toUnsignedString(offset));
        }
        return new Header(kind, length, offset, kind == MemoryState.ZEROS ? 0 : (int) length);
    }

    private boolean isInMemory(long offset, long length) {
        return length > 0
                && offset >= 0
                && (offset | length) % MemoryState.PAGE == 0
                && offset <= state.memory() - length;
    }

    /** A whole record, which begins there. */
    private void take(ByteBuffer bytes, int begin, Header header) {
        int payloadAt = begin + MemoryState.RECORD_SIZE;
        int crcAt = payloadAt - MemoryState.CRC_SIZE;
        ByteBuffer record = bytes.duplicate();
        crc.update(record.limit(crcAt).position(begin));
        crc.update(record.limit(begin + header.size()).position(payloadAt));
        if (bytes.getInt(crcAt) != (int) crc.getValue()) {
            throw damaged("the checksum is wrong");
        }
        int first = (int) (header.offset() / MemoryState.PAGE);
        int end = first + (int) (header.length() / MemoryState.PAGE);
        switch (header.kind()) {
            case MemoryState.PAGES -> {
                MemorySegment payload = MemorySegment.ofBuffer(record.position(payloadAt));
                MemorySegment.copy(payload, 0, kept.segment(), header.offset(), header.length());
                come.set(first, end);
                filled.set(first, end);
            }
            case MemoryState.ZEROS -> {
                come.set(first, end);
                filled.clear(first, end);
            }
            default -> finish(record.position(payloadAt));
        }
    }

    private void finish(ByteBuffer payload) {
        if (come.cardinality() != state.pages()) {
            throw damaged(state.pages() - come.cardinality() + " pages have not come");
        }
        registers = new byte[payload.remaining()];
        payload.get(registers);
        part = Part.NOTHING;
    }

    private void requireRight() {
        if (broken) {
            throw new VfioException(Errno.EINVAL, "the saved state is not this device's, or damaged");
        }
    }

    private static long at(int page) {
        return (long) page * MemoryState.PAGE;
    }

    private static VfioException damaged(String how) {
        return new VfioException(Errno.EINVAL, "the saved state is damaged: " + how);
    }
}
