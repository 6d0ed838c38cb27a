/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.etcd;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.vfio4j.fleet.inventory.Claim;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.fleet.inventory.HostNames;
import org.vfio4j.fleet.inventory.Reservation;

/** An inventory in etcd v3. For many threads. */
public final class EtcdInventory implements FleetInventory {
    /** Held, since the JDK forgets loggers that nobody holds, and how they were set. */
    private final Logger grpc = silenced();

    private final EtcdConnection etcd;
    private final EtcdReservations reservations;

    private EtcdInventory(EtcdConnection etcd, InstantSource clock) {
        this.etcd = etcd;
        this.reservations = new EtcdReservations(etcd, clock);
    }

    /**
     * Connects when it is first asked.
     *
     * @throws NoClassDefFoundError if jetcd is not on the class path
     */
    public static EtcdInventory open(EtcdOptions options, InstantSource clock) {
        // jetcd is no module. Said here and not by --add-reads, with which no AOT cache is used.
        EtcdInventory.class
                .getModule()
                .addReads(ClassLoader.getSystemClassLoader().getUnnamedModule());
        return new EtcdInventory(new EtcdConnection(options), clock);
    }

    /** gRPC would write to the standard error what is waited out here, or told in an exception. */
    private static Logger silenced() {
        Logger grpc = Logger.getLogger("io.grpc");
        grpc.setLevel(Level.OFF);
        return grpc;
    }

    @Override
    public Fleet read() {
        EtcdView view = new EtcdView(etcd);
        view.load();
        return view.fleet();
    }

    @Override
    public Following follow(Consumer<Fleet> listener) {
        return new EtcdFollowing(etcd, listener);
    }

    @Override
    public Publication publish(String host, Duration ttl) {
        return new EtcdPublication(etcd, HostNames.require(host), ttl);
    }

    @Override
    public Reservation reserve(Claim claim) {
        return reservations.reserve(claim);
    }

    @Override
    public Optional<Reservation> reservation(String host, UUID id) {
        return reservations.find(HostNames.require(host), id);
    }

    @Override
    public Reservation extend(Reservation reservation, Duration lifetime) {
        return reservations.extend(reservation, lifetime);
    }

    @Override
    public void release(String host, UUID id) {
        reservations.release(HostNames.require(host), id);
    }

    @Override
    public String toString() {
        return etcd.options() + " (" + grpc.getName() + ")";
    }

    @Override
    public void close() {
        etcd.close();
    }
}
