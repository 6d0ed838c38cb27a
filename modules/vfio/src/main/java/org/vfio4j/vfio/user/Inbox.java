/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.IntConsumer;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FdChannel;
import org.vfio4j.linux.MalformedException;
import org.vfio4j.linux.Mapping;
import org.vfio4j.linux.Memfd;

/**
 * What came over a connection, cut into messages. Many short messages are received at once; a message is read where it lies. While one is
 * handled, a reply can be waited for, and the requests that come before the reply stay for later, in their order.
 *
 * <p>A message's size is checked before more of it is received. Descriptors belong to the message that began with the bytes they came with;
 * those that nobody took are closed when the next message is asked for.
 */
final class Inbox implements AutoCloseable {
    /** A wait within a message, or for a reply, is so many waits of the socket's: between them it is looked what else could be done. */
    static final int LOOKS = 5;

    /** Room for the longest message being handled and for what comes meanwhile. Memory that is never used is never there. */
    private static final int CAPACITY = 4 << 20;
    /** How much is received at once while it is not known how much there is. */
    private static final int WINDOW = 1 << 16;

    /** What is done while a reply is awaited. */
    @FunctionalInterface
    interface Meanwhile {
        /**
         * A request came before the reply, or nothing did for a while.
         *
         * @param silent nothing did
         */
        void waited(boolean silent);
    }

    private static final Meanwhile NOTHING_TO_DO = silent -> {};

    private final FdChannel channel;
    private final IdleWait idle;
    private final Mapping mapping;
    private final MemorySegment bytes;
    private final Arrivals arrivals = new Arrivals();
    /** The position in the stream of the buffer's byte 0. */
    private long base;

    private int current;
    private long currentPosition;
    /** Before this byte lies the current message, which does not move. */
    private int held;
    /** Where the next message begins. */
    private int begin;
    /** Behind the last byte received. */
    private int end;
    /** How many bytes of whole requests, from the next one on, a wait for a reply has come past. */
    private int passed;

    Inbox(FdChannel channel, IdleWait idle) {
        this.channel = channel;
        this.idle = idle;
        try (Fd memory = Memfd.create("vfio-user inbox", CAPACITY)) {
            this.mapping = Mapping.readWrite(memory, 0, CAPACITY);
        }
        this.bytes = mapping.segment();
    }

    /** All that was received; the current message begins at {@link #current}. */
    MemorySegment bytes() {
        return bytes;
    }

    /** Where the current message begins. */
    int current() {
        return current;
    }

    /** How long the message at {@code at} is, header included. */
    int size(int at) {
        return Wire.u32(bytes, at + Wire.SIZE);
    }

    /** Whether some of the next message is here already. */
    boolean holdsNext() {
        return end != begin;
    }

    /**
     * Waits for the next message, however long that takes, and makes it the current one.
     *
     * @return false if the peer has closed instead
     * @throws MalformedException if it has no size that a message can have, or does not come to its end
     */
    boolean next() {
        return next(true);
    }

    /** The same for one that must come in its time: {@link Limits#PATIENCE}. */
    boolean nextInTime() {
        return next(false);
    }

    /**
     * The same where nothing of the next message is here yet and it is most likely the reply {@code id}, whose bytes behind the first {@code head}
     * are to come into {@code tail}. If it is, it fits and is no error, they do, and do not lie behind the others.
     *
     * @return false if it is another message, or none: {@link #nextInTime} then tells
     */
    boolean nextInto(int id, int head, MemorySegment tail) {
        startOver();
        moveTo(0);
        long n = FdChannel.NOTHING;
        for (int i = 0; n == FdChannel.NOTHING && i < LOOKS; i++) {
            n = channel.receiveBoth(bytes, 0, head, tail, FdChannel.Wait.SOME);
        }
        if (n <= 0) {
            return false;
        }
        int behind = (int) Math.max(0, n - head);
        end = (int) n - behind;
        boolean wanted = end == head
                && Wire.u16(bytes, Wire.ID) == id
                && Wire.u32(bytes, Wire.FLAGS) == Wire.REPLY
                && checkedSize(0) >= head
                && size(0) - head <= tail.byteSize();
        int there = wanted ? Math.min(behind, size(0) - head) : 0;
        MemorySegment.copy(tail, there, bytes, end, behind - (long) there);
        end += behind - there;
        takeArrived();
        if (wanted) {
            receiveTail(tail, there, size(0) - head);
            become(head);
        }
        return wanted;
    }

    private void receiveTail(MemorySegment tail, int first, int length) {
        for (int there = first; there < length; ) {
            long n = FdChannel.NOTHING;
            for (int i = 0; n == FdChannel.NOTHING && i < LOOKS; i++) {
                n = channel.receive(tail, there, length - (long) there, FdChannel.Wait.ALL);
            }
            if (n <= 0) {
                throw new MalformedException("a message ends after " + there + " bytes of data");
            }
            takeArrived();
            there += (int) n;
        }
    }

    private boolean next(boolean patient) {
        startOver();
        if (begin == end || begin > CAPACITY / 2) {
            moveTo(0);
        }
        while (!isComplete(0)) {
            long n = receiveInTime(NOTHING_TO_DO);
            if (n == 0 && end == begin) {
                return false;
            }
            if (n == FdChannel.NOTHING && end == begin && !patient) {
                throw new MalformedException("nothing comes");
            }
            if (n == 0 || (n == FdChannel.NOTHING && end != begin)) {
                throw new MalformedException("a message ends after " + (end - begin) + " bytes");
            }
        }
        become(size(begin));
        return true;
    }

    /** The message before is done with. */
    private void startOver() {
        arrivals.drop(currentPosition);
        held = 0;
        passed = 0;
    }

    /** The next message, {@code there} bytes of which lie here, becomes the current one. */
    private void become(int there) {
        current = begin;
        currentPosition = base + current;
        begin += there;
        held = begin;
    }

    /**
     * Waits for a reply while the current message is handled. Requests before it stay for {@link #next}.
     *
     * @return where it begins; it is there until {@link #removeReply}
     * @throws MalformedException if none comes in time, or so many requests do that there is no room for it
     */
    int awaitReply(Meanwhile meanwhile) {
        passed = 0;
        while (true) {
            while (!isComplete(passed)) {
                if (receiveInTime(meanwhile) <= 0) {
                    throw new MalformedException("no reply");
                }
            }
            int at = begin + passed;
            if ((Wire.u32(bytes, at + Wire.FLAGS) & Wire.TYPE_MASK) == Wire.REPLY) {
                return at;
            }
            passed += size(at);
            meanwhile.waited(false);
        }
    }

    /** Where each request begins that has come to its end and is not done yet, in their order; the current one is the first. */
    void eachWaiting(IntConsumer action) {
        action.accept(current);
        for (int behind = 0; isComplete(behind); behind += size(begin + behind)) {
            action.accept(begin + behind);
        }
    }

    /** While a reply is awaited: whether a whole request waits behind the current one. */
    boolean holdsWaiting() {
        return passed > 0;
    }

    /** Where the first request that waits begins, if {@link #holdsWaiting}. */
    int firstWaiting() {
        return begin;
    }

    /** Makes the first request that waits the current one while {@code action} runs, then forgets it. */
    void handleWaiting(Runnable action) {
        int outer = current;
        long outerPosition = currentPosition;
        current = begin;
        currentPosition = base + begin;
        passed -= size(begin);
        begin += size(begin);
        try {
            action.run();
        } finally {
            arrivals.drop(currentPosition);
            current = outer;
            currentPosition = outerPosition;
        }
    }

    /** Forgets the reply at {@code at}, with the descriptors it carried. */
    void removeReply(int at) {
        int size = size(at);
        long from = base + begin;
        long position = base + at;
        arrivals.drop(position);
        MemorySegment.copy(bytes, begin, bytes, begin + (long) size, at - (long) begin);
        begin += size;
        arrivals.move(from, position, size);
    }

    /** How many descriptors came with the current message. */
    int descriptors() {
        return arrivals.count(currentPosition);
    }

    /** Hands over the descriptors of the current message; the caller owns them. */
    List<Fd> takeFds() {
        return arrivals.take(currentPosition);
    }

    @Override
    public void close() {
        arrivals.close();
        mapping.close();
    }

    private boolean isComplete(int behind) {
        int there = end - begin - behind;
        return there >= Wire.HEADER && there >= checkedSize(begin + behind);
    }

    private int checkedSize(int at) {
        int size = size(at);
        if (size < Wire.HEADER || size > Wire.MAX_MESSAGE) {
            throw new MalformedException("a message of " + Integer.toUnsignedString(size)
                    + " bytes; there are those of " + Wire.HEADER + " to " + Wire.MAX_MESSAGE);
        }
        return size;
    }

    /** Receives more of the first message that is not passed. */
    private long receive() {
        int there = end - begin - passed;
        boolean known = there >= Wire.HEADER;
        int missing = known ? checkedSize(begin + passed) - there : Wire.HEADER - there;
        if (end + missing > CAPACITY) {
            moveTo(held);
        }
        if (end + missing > CAPACITY) {
            throw new MalformedException("more than " + CAPACITY + " bytes of requests wait");
        }
        long n = known
                ? idle.receive(channel, bytes, end, missing, FdChannel.Wait.ALL)
                : idle.receive(channel, bytes, end, Math.min(WINDOW, CAPACITY - end), FdChannel.Wait.SOME);
        if (n > 0) {
            end += (int) n;
            takeArrived();
        }
        return n;
    }

    /** The same, several times if nothing comes. */
    private long receiveInTime(Meanwhile meanwhile) {
        long n = receive();
        for (int i = 1; n == FdChannel.NOTHING && i < LOOKS; i++) {
            meanwhile.waited(true);
            n = receive();
        }
        return n;
    }

    private void takeArrived() {
        List<Fd> fds = channel.takeReceived();
        if (!fds.isEmpty()) {
            arrivals.add(base + lastBegin(begin + passed), fds);
        }
    }

    /** Where the last message begins that some of is there: the kernel ends a receive behind the bytes that descriptors came with. */
    private int lastBegin(int first) {
        int at = first;
        while (end - at >= Wire.HEADER) {
            int size = size(at);
            if (size < Wire.HEADER || size >= end - at) {
                break;
            }
            at += size;
        }
        return at;
    }

    private void moveTo(int target) {
        MemorySegment.copy(bytes, begin, bytes, target, end - (long) begin);
        base += begin - target;
        end -= begin - target;
        begin = target;
    }
}
