/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Mapping;

/**
 * The stream out of a device with memory, see {@link MemoryState}. While the device runs, its guest draws into mapped memory unseen, so what
 * changed is found by comparing the memory with a copy of what was sent. Pre-copy goes in rounds: a read that finds the round at its end is
 * ENOMSG, the next one looks again.
 *
 * <p>A record is made where it is read to, from the device's memory straight into the reader's; only one that is larger than his room is made
 * here. So the stream's bytes do not depend on how they are read.
 */
final class SavingPages extends Saving {
    private static final MemorySegment ZEROS =
            MemorySegment.ofArray(new byte[MemoryState.PAGE]).asReadOnly();

    private final MemoryState state;
    private final MemorySegment memory;
    private final BitSet toSend = new BitSet();
    private final CRC32C crc = new CRC32C();

    /** The header, or a record that did not fit: what is read next, between position and limit. */
    private final Room rest =
            Room.of(MemorySegment.ofBuffer(ByteBuffer.allocateDirect(MemoryState.RECORD_SIZE + MemoryState.MAX_PAGES)));

    /** A copy of what the other side has. */
    private final @Nullable Mapping sent;

    private byte @Nullable [] registers;
    private boolean firstRound = true;
    private boolean looked = true;

    /** Memory in which records are made one behind the other. */
    private record Room(MemorySegment bytes, ByteBuffer buffer) {
        static Room of(MemorySegment bytes) {
            MemorySegment some = bytes.byteSize() > Integer.MAX_VALUE ? bytes.asSlice(0, Integer.MAX_VALUE) : bytes;
            return new Room(some, some.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
        }

        int remaining() {
            return buffer.remaining();
        }
    }

    private SavingPages(MemoryState state, MemorySegment memory, boolean inPreCopy) {
        super(inPreCopy);
        this.state = state;
        this.memory = memory;
        this.sent = inPreCopy ? Mapping.anonymous(state.memory()) : null;
        toSend.set(0, state.pages());
        state.write(rest.buffer(), crc);
        rest.buffer().flip();
    }

    /** A stream that starts while the device runs. */
    static SavingPages inPreCopy(MemoryState state, MemorySegment memory) {
        return new SavingPages(state, memory, true);
    }

    /** A stream of a stopped device. */
    static SavingPages inStopCopy(MemoryState state, MemorySegment memory, byte[] registers) {
        SavingPages stream = new SavingPages(state, memory, false);
        stream.registers = registers;
        return stream;
    }

    /** The device is stopped: what changed since it was sent, and the registers, are all there is. */
    void stopCopy(byte[] lastRegisters) {
        look();
        looked = true;
        leavePreCopy();
        registers = lastRegisters;
    }

    @Override
    public void end() {
        super.end();
        if (sent != null) {
            sent.close();
        }
    }

    /** How much would be read if the device were stopped now, in bytes. */
    long remaining() {
        if (isInPreCopy() && !firstRound) {
            look();
        }
        return rest.remaining() + (long) toSend.cardinality() * MemoryState.PAGE;
    }

    /** All of the first round is initial; after it the memory is looked at again. */
    @Override
    PrecopyInfo toRead() {
        long remaining = remaining();
        return firstRound ? new PrecopyInfo(remaining, 0) : new PrecopyInfo(0, remaining);
    }

    @Override
    int next(MemorySegment into) {
        Room room = Room.of(into);
        while (room.remaining() > 0 && (takeRest(room) || make(room))) {
            // until it is full, or there is nothing more
        }
        int count = room.buffer().position();
        if (count == 0 && isInPreCopy()) {
            looked = false;
            firstRound = false;
        }
        return count;
    }

    private boolean takeRest(Room room) {
        int count = Math.min(rest.remaining(), room.remaining());
        int from = rest.buffer().position();
        MemorySegment.copy(rest.bytes(), from, room.bytes(), room.buffer().position(), count);
        rest.buffer().position(from + count);
        room.buffer().position(room.buffer().position() + count);
        return count > 0;
    }

    /** Makes the next record, where it is read to if it has room, else here; false where there is none now, or none that fits behind others. */
    private boolean make(Room room) {
        if (toSend.isEmpty() && !looked) {
            look();
            looked = true;
        }
        int first = toSend.nextSetBit(0);
        byte[] last = isInPreCopy() ? null : registers;
        if (first < 0 && last == null) {
            return false;
        }
        int empty = first < 0 ? 0 : emptyFrom(first);
        int payload = first < 0 && last != null ? last.length : empty > 0 ? 0 : (int) at(filledFrom(first));
        boolean fits = room.remaining() >= MemoryState.RECORD_SIZE + payload;
        if (!fits && room.buffer().position() > 0) {
            return false;
        }
        Room into = fits ? room : rest;
        if (!fits) {
            rest.buffer().clear();
        }
        if (first < 0 && last != null) {
            into.buffer().put(into.buffer().position() + MemoryState.RECORD_SIZE, last);
            seal(into, MemoryState.END, payload, 0, payload);
            registers = null;
        } else if (empty > 0) {
            makeZeros(into, first, empty);
        } else {
            makePages(into, first, payload);
        }
        if (!fits) {
            rest.buffer().flip();
        }
        return true;
    }

    /** How many pages from this one on are to be sent and have no content. */
    private int emptyFrom(int first) {
        int end = toSend.nextClearBit(first);
        int page = first;
        while (page < end && isZero(page)) {
            page++;
        }
        return page - first;
    }

    /** How many pages, of which this is the first, make up a record: those to be sent that have content. */
    private int filledFrom(int first) {
        int most = Math.min(toSend.nextClearBit(first), first + MemoryState.MAX_PAGES / MemoryState.PAGE);
        int page = first + 1;
        while (page < most && !isZero(page)) {
            page++;
        }
        return page - first;
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

    /** Pages without content need not be copied. */
    private void makeZeros(Room room, int first, int count) {
        if (sent != null && !firstRound && isInPreCopy()) {
            sent.segment().asSlice(at(first), at(count)).fill((byte) 0);
        }
        toSend.clear(first, first + count);
        seal(room, MemoryState.ZEROS, (int) at(count), at(first), 0);
    }

    /** What is sent is what is compared with later, whatever the guest does meanwhile. */
    private void makePages(Room room, int first, int length) {
        long to = (long) room.buffer().position() + MemoryState.RECORD_SIZE;
        MemorySegment.copy(memory, at(first), room.bytes(), to, length);
        if (sent != null && isInPreCopy()) {
            MemorySegment.copy(room.bytes(), to, sent.segment(), at(first), length);
        }
        toSend.clear(first, first + length / MemoryState.PAGE);
        seal(room, MemoryState.PAGES, length, at(first), length);
    }

    private boolean isZero(int page) {
        return MemorySegment.mismatch(memory, at(page), at(page + 1), ZEROS, 0, MemoryState.PAGE) < 0;
    }

    /** Puts the header of a record whose payload is in place behind it, and goes on behind that. */
    private void seal(Room room, int kind, int length, long offset, int payload) {
        ByteBuffer out = room.buffer();
        int begin = out.position();
        int end = begin + MemoryState.RECORD_SIZE + payload;
        out.putInt(kind).putInt(length).putLong(offset).putInt(0);
        int crcAt = out.position();
        crc.update(out.limit(crcAt).position(begin));
        crc.update(out.limit(end).position(begin + MemoryState.RECORD_SIZE));
        out.limit(out.capacity()).position(end).putInt(crcAt, (int) crc.getValue());
    }

    private static long at(int page) {
        return (long) page * MemoryState.PAGE;
    }
}
