/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.FdChannel;

/** How a connection waits for a message, or for the rest of one: asleep, or by asking again and again for a while before it falls asleep. */
enum IdleWait {
    /** Asleep. */
    SLEEP(0),
    /** Awake for a millisecond after the last message, since waking a sleeper takes longer than most messages; then asleep. */
    POLL(1_000_000);

    private static final int ASKS_PER_LOOK = 64;

    private final long nanos;

    IdleWait(long nanos) {
        this.nanos = nanos;
    }

    /**
     * Receives up to {@code length} bytes: {@link FdChannel#receive(MemorySegment, long, long, FdChannel.Wait)}.
     *
     * @param asleep what it sleeps for, once it does
     */
    // yields so that a client on the same processor gets on with what is waited for
    @SuppressWarnings("ThreadPriorityCheck")
    long receive(FdChannel channel, MemorySegment into, long offset, long length, FdChannel.Wait asleep) {
        if (nanos > 0) {
            long begin = System.nanoTime();
            do {
                for (int i = 0; i < ASKS_PER_LOOK; i++) {
                    long n = channel.receive(into, offset, length, FdChannel.Wait.NONE);
                    if (n != FdChannel.NOTHING) {
                        return n;
                    }
                    Thread.onSpinWait();
                }
                Thread.yield();
            } while (System.nanoTime() - begin < nanos);
        }
        return channel.receive(into, offset, length, asleep);
    }
}
