/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FdChannel;
import org.vfio4j.linux.MalformedException;

/** The descriptors that came over a connection and nobody has taken yet, by the position in the stream at which their message begins. */
final class Arrivals implements AutoCloseable {
    private record Arrival(long position, List<Fd> fds) {}

    private final Deque<Arrival> arrivals = new ArrayDeque<>();
    private int descriptors;

    /**
     * Keeps what came with the message at {@code position}, and owns it.
     *
     * @throws MalformedException if more wait than one message may carry
     */
    void add(long position, List<Fd> fds) {
        arrivals.add(new Arrival(position, fds));
        descriptors += fds.size();
        if (descriptors > FdChannel.MAX_FDS) {
            throw new MalformedException("more than " + FdChannel.MAX_FDS + " descriptors wait");
        }
    }

    /** How many came with the message at {@code position}. */
    int count(long position) {
        int count = 0;
        for (Arrival arrival : arrivals) {
            count += arrival.position == position ? arrival.fds.size() : 0;
        }
        return count;
    }

    /** Hands over those of the message at {@code position}; the caller owns them. */
    List<Fd> take(long position) {
        if (arrivals.isEmpty()) {
            return List.of();
        }
        List<Fd> fds = new ArrayList<>();
        for (Arrival arrival : arrivals) {
            if (arrival.position == position) {
                fds.addAll(arrival.fds);
            }
        }
        arrivals.removeIf(arrival -> arrival.position == position);
        descriptors -= fds.size();
        return fds;
    }

    /** Closes those of the message at {@code position}. */
    void drop(long position) {
        if (!arrivals.isEmpty()) {
            take(position).forEach(Fd::close);
        }
    }

    /** The messages from {@code from} on, up to {@code to}, have moved by so many bytes. */
    void move(long from, long to, int by) {
        for (int i = arrivals.size(); i > 0; i--) {
            Arrival arrival = arrivals.remove();
            boolean moved = arrival.position >= from && arrival.position < to;
            arrivals.add(moved ? new Arrival(arrival.position + by, arrival.fds) : arrival);
        }
    }

    /** Closes all of them. */
    @Override
    public void close() {
        arrivals.forEach(arrival -> arrival.fds.forEach(Fd::close));
        arrivals.clear();
    }
}
