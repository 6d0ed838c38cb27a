/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioException;

/**
 * The stream out of a device with memory, see {@link MemoryState}. While the device runs, its guest draws into mapped memory unseen, so what
 * changed is found by comparing the memory with a copy of what was sent. Pre-copy goes in rounds: a read that finds the round at its end is
 * ENOMSG, the next one looks again.
 */
final class SavingPages implements MigrationStream {
    /** What the device does meanwhile. */
    private enum Phase {
        PRE_COPY,
        STOP_COPY,
        ENDED
    }

    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[MemoryState.PAGE]).asReadOnly();

    private final MemoryState state;
    private final MemorySegment memory;
    private final BitSet toSend = new BitSet();
    private final CRC32C crc = new CRC32C();

    /** The header, or one record with its payload: what is read next, between position and limit. */
    private final ByteBuffer record = ByteBuffer.allocateDirect(MemoryState.RECORD_SIZE + MemoryState.MAX_PAGES)
            .order(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes = MemorySegment.ofBuffer(record);
    private final @Nullable Sent sent;
    private Phase phase;
    private byte @Nullable [] registers;
    private boolean firstRound = true;
    private boolean looked = true;
    private boolean open = true;

    /** A copy of what the other side has. */
    private record Sent(Fd fd, Mapping mapping) {
        static Sent of(MemoryState state) {
            Fd fd = Memfd.create("sent " + state.type(), state.memory());
            try {
                return new Sent(fd, Mapping.populated(fd, 0, state.memory()));
            } catch (RuntimeException e) {
                fd.close();
                throw e;
            }
        }

        MemorySegment segment() {
            return mapping.segment();
        }

        void close() {
            mapping.close();
            fd.close();
        }
    }

    private SavingPages(MemoryState state, MemorySegment memory, Phase phase) {
        this.state = state;
        this.memory = memory;
        this.phase = phase;
        this.sent = phase == Phase.PRE_COPY ? Sent.of(state) : null;
        toSend.set(0, state.pages());
        state.write(record, crc);
        record.flip();
    }

    /** A stream that starts while the device runs. */
    static SavingPages inPreCopy(MemoryState state, MemorySegment memory) {
        return new SavingPages(state, memory, Phase.PRE_COPY);
    }

    /** A stream of a stopped device. */
    static SavingPages inStopCopy(MemoryState state, MemorySegment memory, byte[] registers) {
        SavingPages stream = new SavingPages(state, memory, Phase.STOP_COPY);
        stream.registers = registers;
        return stream;
    }

    /** The device is stopped: what changed since it was sent, and the registers, are all there is. */
    void stopCopy(byte[] lastRegisters) {
        look();
        looked = true;
        phase = Phase.STOP_COPY;
        registers = lastRegisters;
    }

    /** The device has left the saving states: nothing more can be read. */
    void end() {
        phase = Phase.ENDED;
        if (sent != null) {
            sent.close();
        }
    }

    /** How much would be read if the device were stopped now, in bytes. */
    long remaining() {
        if (phase == Phase.PRE_COPY && !firstRound) {
            look();
        }
        return record.remaining() + (long) toSend.cardinality() * MemoryState.PAGE;
    }

    @Override
    public int read(MemorySegment into) {
        requireUsable();
        int count = 0;
        while (count < into.byteSize() && (record.hasRemaining() || next())) {
            int part = (int) Math.min(record.remaining(), into.byteSize() - count);
            MemorySegment.copy(bytes, record.position(), into, count, part);
            record.position(record.position() + part);
            count += part;
        }
        if (count == 0 && into.byteSize() != 0 && phase == Phase.PRE_COPY) {
            looked = false;
            firstRound = false;
            throw new VfioException(Errno.ENOMSG, "all that changed until the last look has been read");
        }
        return count;
    }

    @Override
    public int write(MemorySegment from) {
        requireUsable();
        throw new VfioException(Errno.EINVAL, "the device is saving, not resuming");
    }

    /** All of the first round is initial; after it the memory is looked at again. */
    @Override
    public PrecopyInfo precopyInfo() {
        requireOpen();
        if (phase != Phase.PRE_COPY) {
            throw new VfioException(Errno.EINVAL, "the device is not in pre-copy");
        }
        long remaining = remaining();
        return firstRound ? new PrecopyInfo(remaining, 0) : new PrecopyInfo(0, remaining);
    }

    @Override
    public void close() {
        open = false;
    }

    /** Prepares what is read next; false where there is nothing now. */
    private boolean next() {
        if (toSend.isEmpty() && !looked) {
            look();
            looked = true;
        }
        int page = toSend.nextSetBit(0);
        if (page >= 0) {
            prepare(page);
            return true;
        }
        if (phase == Phase.STOP_COPY && registers != null) {
            record.clear().position(MemoryState.RECORD_SIZE);
            record.put(registers);
            seal(MemoryState.END, registers.length, 0, record.position());
            registers = null;
            return true;
        }
        return false;
    }

    /** Marks what differs from what was sent. */
    private void look() {
        if (sent == null) {
            return;
        }
        int page = toSend.nextClearBit(0);
        while (page < state.pages()) {
            int end = toSend.nextSetBit(page);
            long to = end < 0 ? state.memory() : at(end);
            long differs = MemorySegment.mismatch(memory, at(page), to, sent.segment(), at(page), to);
            if (differs < 0) {
                page = (int) (to / MemoryState.PAGE);
            } else {
                page += (int) (differs / MemoryState.PAGE);
                toSend.set(page);
            }
            page = toSend.nextClearBit(page);
        }
    }

    /** A record of the pages that are to be sent from this one on: those without content need not be copied. */
    private void prepare(int first) {
        int end = toSend.nextClearBit(first);
        int page = first;
        while (page < end && isZero(page)) {
            page++;
        }
        if (page > first) {
            if (sent != null && !firstRound && phase == Phase.PRE_COPY) {
                sent.segment().asSlice(at(first), at(page - first)).fill((byte) 0);
            }
            toSend.clear(first, page);
            seal(MemoryState.ZEROS, (int) at(page - first), at(first), MemoryState.RECORD_SIZE);
            return;
        }
        int most = Math.min(end, first + MemoryState.MAX_PAGES / MemoryState.PAGE);
        page++;
        while (page < most && !isZero(page)) {
            page++;
        }
        copy(first, (int) at(page - first));
        toSend.clear(first, page);
    }

    /** What is sent is what is compared with later, whatever the guest does meanwhile. */
    private void copy(int first, int length) {
        MemorySegment.copy(memory, at(first), bytes, MemoryState.RECORD_SIZE, length);
        if (sent != null && phase == Phase.PRE_COPY) {
            MemorySegment.copy(bytes, MemoryState.RECORD_SIZE, sent.segment(), at(first), length);
        }
        seal(MemoryState.PAGES, length, at(first), MemoryState.RECORD_SIZE + length);
    }

    private boolean isZero(int page) {
        return MemorySegment.mismatch(memory, at(page), at(page + 1), ZEROS, 0, MemoryState.PAGE) < 0;
    }

    /** Puts the header of a record whose payload is in place, and makes it the one that is read. */
    private void seal(int kind, int length, long offset, int end) {
        record.clear().putInt(kind).putInt(length).putLong(offset).putInt(0);
        int crcAt = record.position();
        crc.update(record.flip());
        record.limit(end).position(MemoryState.RECORD_SIZE);
        crc.update(record);
        record.putInt(crcAt, (int) crc.getValue());
        record.position(0);
    }

    private static long at(int page) {
        return (long) page * MemoryState.PAGE;
    }

    private void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, "the stream is closed");
        }
    }

    private void requireUsable() {
        requireOpen();
        if (phase == Phase.ENDED) {
            throw new VfioException(Errno.ENODEV, "the device has left the state that the stream belonged to");
        }
    }
}
