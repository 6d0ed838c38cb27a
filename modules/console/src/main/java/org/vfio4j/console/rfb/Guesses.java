/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.rfb;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who has given a wrong secret, and for how long he waits before his next try. The first five are free; then there is a pause of ten seconds, and
 * each further wrong one makes it twice as long, up to five minutes. The right one, or an hour without a wrong one, ends it. Peers are told apart by
 * address, those of IPv6 by network, since one has as many addresses there as he likes. Safe for use by many threads.
 */
public final class Guesses {
    private static final int FREE = 5;
    private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(10);
    private static final long LONGEST_PAUSE = TimeUnit.MINUTES.toNanos(5);

    /** After so many times it is the longest; a shift by more would leave the numbers that there are. */
    private static final int MOST_DOUBLED = 5;

    private static final long FORGOTTEN = TimeUnit.HOURS.toNanos(1);
    private static final int MAX_PEERS = 1_024;
    private static final int NETWORK_BYTES = 8;

    private final LongSupplier nanoTime;

    /** The one whose wrong guess is the oldest first; guarded by this. */
    private final Map<InetAddress, Wrong> peers = new LinkedHashMap<>();

    private record Wrong(int count, long last) {
        long pause() {
            int doubled = Math.min(count - FREE, MOST_DOUBLED);
            return doubled < 0 ? 0 : Math.min(FIRST_PAUSE << doubled, LONGEST_PAUSE);
        }
    }

    /**
     * @param nanoTime what {@link System#nanoTime} is to everybody else
     */
    public Guesses(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** For how many nanoseconds more a peer's tries are not looked at; 0 if the next one is. */
    public synchronized long pause(InetAddress peer) {
        return left(peers.get(network(peer)));
    }

    /**
     * A peer tries. It counts as wrong until {@link #right} is called, so that many who try at once get no more tries than one.
     *
     * @return for how many nanoseconds more it may not be looked at, in which case it does not count; 0 if it may
     */
    public synchronized long begin(InetAddress peer) {
        InetAddress network = network(peer);
        Wrong before = peers.get(network);
        long left = left(before);
        if (left > 0) {
            return left;
        }
        long now = nanoTime.getAsLong();
        int count = before != null && now - before.last() < FORGOTTEN ? before.count() + 1 : 1;
        peers.remove(network);
        peers.put(network, new Wrong(count, now));
        if (peers.size() > MAX_PEERS) {
            peers.remove(peers.keySet().iterator().next());
        }
        return 0;
    }

    /** What the peer tried was right. */
    public synchronized void right(InetAddress peer) {
        peers.remove(network(peer));
    }

    /** How many peers are remembered. */
    synchronized int size() {
        return peers.size();
    }

    private long left(@Nullable Wrong wrong) {
        return wrong == null ? 0 : Math.max(0, wrong.last() + wrong.pause() - nanoTime.getAsLong());
    }

    private static InetAddress network(InetAddress peer) {
        if (!(peer instanceof Inet6Address)) {
            return peer;
        }
        byte[] bytes = peer.getAddress();
        Arrays.fill(bytes, NETWORK_BYTES, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 16 bytes", e);
        }
    }
}
