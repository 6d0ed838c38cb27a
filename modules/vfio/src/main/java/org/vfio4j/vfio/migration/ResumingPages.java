/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioException;

/**
 * The stream into a device with memory, see {@link MemoryState}. What comes is kept beside the device until all of it is there and right, so a
 * wrong stream leaves the device as it was.
 */
final class ResumingPages implements MigrationStream {
    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[MemoryState.PAGE]).asReadOnly();

    private final MemoryState state;
    private final Fd fd;
    private final Mapping kept;

    /** The pages that have come, and those of them that are not 0. */
    private final BitSet come = new BitSet();

    private final BitSet filled = new BitSet();
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(MemoryState.RECORD_SIZE + MemoryState.MAX_PAGES)
            .order(ByteOrder.LITTLE_ENDIAN);
    private final MemorySegment bytes = MemorySegment.ofBuffer(buffer);
    private Part part = Part.HEADER;
    private byte[] registers = {};
    private boolean broken;
    private boolean ended;
    private boolean open = true;

    /** What is being collected. */
    private enum Part {
        HEADER,
        RECORD,
        PAYLOAD,
        NOTHING
    }

    ResumingPages(MemoryState state) {
        this.state = state;
        this.fd = Memfd.create("resuming " + state.type(), state.memory());
        try {
            this.kept = Mapping.populated(fd, 0, state.memory());
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
        buffer.limit(MemoryState.HEADER_SIZE);
    }

    /**
     * The device's registers.
     *
     * @throws VfioException EINVAL unless the whole state has come
     */
    byte[] registers() {
        if (broken || part != Part.NOTHING) {
            throw new VfioException(
                    Errno.EINVAL, "the saved state is " + (broken ? "not this device's, or damaged" : "not complete"));
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
            if (!isZero(page)) {
                page.fill((byte) 0);
            }
        }
    }

    /** The device has left RESUMING: nothing more can be written. */
    void end() {
        ended = true;
        kept.close();
        fd.close();
    }

    /**
     * Takes all of {@code from}, or throws, and then for good: EFAULT for a header that is not this device's, EINVAL for what is damaged, ENOMEM
     * for more than the state has.
     */
    @Override
    public int write(MemorySegment from) {
        requireUsable();
        if (broken) {
            throw new VfioException(Errno.EINVAL, "the saved state is not this device's, or damaged");
        }
        broken = true;
        long taken = 0;
        while (taken < from.byteSize()) {
            if (part == Part.NOTHING) {
                throw new VfioException(Errno.ENOMEM, "the saved state goes on behind its end");
            }
            int count = (int) Math.min(buffer.remaining(), from.byteSize() - taken);
            MemorySegment.copy(from, taken, bytes, buffer.position(), count);
            buffer.position(buffer.position() + count);
            taken += count;
            if (!buffer.hasRemaining()) {
                collected();
            }
        }
        broken = false;
        return (int) taken;
    }

    @Override
    public int read(MemorySegment into) {
        requireUsable();
        throw new VfioException(Errno.EINVAL, "the device is resuming, not saving");
    }

    @Override
    public PrecopyInfo precopyInfo() {
        requireOpen();
        throw new VfioException(Errno.EINVAL, "the device is not in pre-copy");
    }

    @Override
    public void close() {
        open = false;
    }

    private void collected() {
        switch (part) {
            case HEADER -> {
                state.check(buffer.flip(), crc);
                begin();
            }
            case RECORD -> {
                int payload = payload();
                part = Part.PAYLOAD;
                buffer.limit(MemoryState.RECORD_SIZE + payload);
                if (payload == 0) {
                    collected();
                }
            }
            case PAYLOAD -> {
                checkCrc();
                apply();
            }
            case NOTHING -> {}
        }
    }

    private void begin() {
        part = Part.RECORD;
        buffer.clear().limit(MemoryState.RECORD_SIZE);
    }

    /** How long the payload of the record is whose header has come, once it is known to make sense. */
    private int payload() {
        int kind = buffer.getInt(0);
        long length = Integer.toUnsignedLong(buffer.getInt(4));
        long offset = buffer.getLong(8);
        boolean fits = switch (kind) {
            case MemoryState.PAGES -> length <= MemoryState.MAX_PAGES && isInMemory(offset, length);
            case MemoryState.ZEROS -> isInMemory(offset, length);
            case MemoryState.END -> length <= MemoryState.MAX_REGISTERS && offset == 0;
            default -> false;
        };
        if (!fits || buffer.getInt(16) != 0) {
            throw damaged("a record of kind " + Integer.toUnsignedString(kind) + " with " + length + " bytes at "
                    + Long.toUnsignedString(offset));
        }
        return kind == MemoryState.ZEROS ? 0 : (int) length;
    }

    private boolean isInMemory(long offset, long length) {
        return length > 0
                && offset >= 0
                && (offset | length) % MemoryState.PAGE == 0
                && offset <= state.memory() - length;
    }

    private void checkCrc() {
        int end = buffer.position();
        crc.update(buffer.flip().limit(MemoryState.RECORD_SIZE - MemoryState.CRC_SIZE));
        crc.update(buffer.limit(end).position(MemoryState.RECORD_SIZE));
        if (buffer.getInt(MemoryState.RECORD_SIZE - MemoryState.CRC_SIZE) != (int) crc.getValue()) {
            throw damaged("the checksum is wrong");
        }
    }

    private void apply() {
        int length = buffer.getInt(4);
        long offset = buffer.getLong(8);
        int first = (int) (offset / MemoryState.PAGE);
        int end = first + (int) (Integer.toUnsignedLong(length) / MemoryState.PAGE);
        switch (buffer.getInt(0)) {
            case MemoryState.PAGES -> {
                MemorySegment.copy(bytes, MemoryState.RECORD_SIZE, kept.segment(), offset, length);
                come.set(first, end);
                filled.set(first, end);
                begin();
            }
            case MemoryState.ZEROS -> {
                come.set(first, end);
                filled.clear(first, end);
                begin();
            }
            default -> finish(length);
        }
    }

    private void finish(int length) {
        if (come.cardinality() != state.pages()) {
            throw damaged(state.pages() - come.cardinality() + " pages have not come");
        }
        registers = new byte[length];
        buffer.get(MemoryState.RECORD_SIZE, registers);
        part = Part.NOTHING;
    }

    private static boolean isZero(MemorySegment page) {
        return page.mismatch(ZEROS) < 0;
    }

    private static long at(int page) {
        return (long) page * MemoryState.PAGE;
    }

    private static VfioException damaged(String how) {
        return new VfioException(Errno.EINVAL, "the saved state is damaged: " + how);
    }

    private void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, "the stream is closed");
        }
    }

    private void requireUsable() {
        requireOpen();
        if (ended) {
            throw new VfioException(Errno.ENODEV, "the device has left the state that the stream belonged to");
        }
    }
}
