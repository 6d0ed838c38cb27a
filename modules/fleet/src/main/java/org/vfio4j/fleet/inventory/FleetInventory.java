/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Where hosts publish what they have, and where capacity is claimed. Everything read from it is foreign and checked: what cannot be read is a
 * finding of the {@link Fleet}, never an error of its readers.
 */
public interface FleetInventory extends AutoCloseable {
    /**
     * What is there now.
     *
     * @throws UnreachableException if it cannot be asked
     */
    Fleet read();

    /**
     * Tells what is there now, and again whenever something has changed, until it is closed. Trouble on the way is waited out: meanwhile the
     * last view stays true as far as anybody knows.
     *
     * @param listener called by one thread, soon; the first time before this returns
     * @throws UnreachableException if it cannot be asked at first
     */
    Following follow(Consumer<Fleet> listener);

    /**
     * Begins to publish a host.
     *
     * @param host the name it is known by, one that {@link HostNames} takes
     * @param ttl how long what is published stays when nobody renews it
     */
    Publication publish(String host, Duration ttl);

    /**
     * Claims capacity, so that nobody else can.
     *
     * @return the reservation, which holds until its deadline
     * @throws org.vfio4j.management.host.RefusedException ENOSPC if there is none left, ENODEV if the host has no such parent, type or device,
     *     EEXIST if there is a reservation of that id
     * @throws UnreachableException if it cannot be told whether it is claimed; with the same id it can be tried again
     */
    Reservation reserve(Claim claim);

    /**
     * The reservation of that id: the one on this host, else one on another.
     *
     * @throws UnreachableException if it cannot be asked
     */
    Optional<Reservation> reservation(String host, UUID id);

    /**
     * Holds a reservation for longer.
     *
     * @throws org.vfio4j.management.host.RefusedException ESRCH if there is no such reservation, any more
     */
    Reservation extend(Reservation reservation, Duration lifetime);

    /** Gives a reservation back; nothing happens if there is none. */
    void release(String host, UUID id);

    @Override
    void close();

    /** A subscription to the changes. */
    interface Following extends AutoCloseable {
        @Override
        void close();
    }

    /** A host that is being published. For one thread. */
    interface Publication extends AutoCloseable {
        /**
         * Says what the host has now; reservations whose device is there are fulfilled and go with it, in one step.
         *
         * @throws org.vfio4j.management.host.RefusedException EACCES if it may not be published here, E2BIG if it is too large
         * @throws UnreachableException if it cannot be told now
         */
        void update(org.vfio4j.management.snapshot.Snapshot snapshot);

        /**
         * Says that the host is still there; at least three times within its time to live.
         *
         * @return false if what was published is gone, so that it has to be said again
         * @throws UnreachableException if it cannot be told now
         */
        boolean renew();

        /** Takes the host away. */
        @Override
        void close();
    }
}
