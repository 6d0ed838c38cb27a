/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.migration.StateSender;

/**
 * A device that goes out. Until {@link Message.Commit} is sent it is this host's, whatever happens; once that may have arrived it is stopped here
 * until the destination has said whether it took it. {@link #run} returns when that is known.
 */
final class Outgoing implements Runnable {
    private static final System.Logger LOG = System.getLogger(Outgoing.class.getName());
    private static final Duration REMOVED_WITHIN = Duration.ofSeconds(10);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final DefinedHost host;
    private final Journal journal;
    private final Remote remote;
    private final Migrant migrant;
    private final @Nullable String states;
    private final Destination destination;
    private final String peer;
    private final StateSender.Limits limits;
    private final long started = System.nanoTime();
    private final CompletableFuture<Boolean> decision = new CompletableFuture<>();
    private volatile Move.Phase phase = Move.Phase.CONNECTING;
    private volatile Move.@Nullable Problem problem;
    private volatile @Nullable StateSender sender;
    private volatile @Nullable Wire wire;
    private volatile boolean cancelled;
    private volatile long stopped;
    private volatile long downtimeNanos = -1;
    private volatile long ended;
    private boolean isLeft;

    /**
     * @param states what its driver calls the states that it saves; null if it does not say
     */
    Outgoing(
            DefinedHost host,
            Journal journal,
            Remote remote,
            Migrant migrant,
            @Nullable String states,
            Destination destination,
            StateSender.Limits limits) {
        this.host = host;
        this.journal = journal;
        this.remote = remote;
        this.migrant = migrant;
        this.states = states;
        this.destination = destination;
        this.peer = destination.peer();
        this.limits = limits;
    }

    Migrant migrant() {
        return migrant;
    }

    /** The device stays here, if it is not too late for that. */
    void cancel() {
        cancelled = true;
        StateSender sending = sender;
        if (sending != null) {
            sending.cancel();
        }
        Wire open = wire;
        if (open != null && (phase == Move.Phase.CONNECTING || phase == Move.Phase.PRE_COPY)) {
            open.close();
        }
    }

    /** Ends the doubt by an operator's word: whether the destination has it. False if there is no doubt. */
    boolean decide(boolean taken) {
        return phase == Move.Phase.IN_DOUBT && decision.complete(taken);
    }

    /** How long the other side has not come back from a read or a write, in nanoseconds. */
    void breakIfStuck(long nanos) {
        Wire open = wire;
        long since = open == null ? 0 : open.busySince();
        if (open != null && since != 0 && System.nanoTime() - since > nanos) {
            open.close();
        }
    }

    Move move() {
        StateSender sending = sender;
        StateSender.Sent sent = sending == null ? new StateSender.Sent(0, 0, 0, 0) : sending.sent();
        long end = ended == 0 ? System.nanoTime() : ended;
        double downtime = downtimeNanos >= 0 ? downtimeNanos / 1e6 : phase == Move.Phase.PRE_COPY ? sent.millis() : -1;
        return new Move(
                migrant.id().toString(),
                migrant.device().toString(),
                peer,
                phase,
                sent.round(),
                sent.bytes(),
                sent.rate(),
                phase.isEnd() ? 0 : sent.remaining(),
                downtime,
                TimeUnit.NANOSECONDS.toMillis(end - started),
                problem);
    }

    @Override
    public void run() {
        Move.Phase end;
        try {
            end = go();
        } catch (ErrnoException e) {
            problem = problem(e);
            end = cancelled ? Move.Phase.CANCELLED : Move.Phase.FAILED;
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "move of " + migrant.device(), e);
            problem = new Move.Problem(Errno.EIO, "a mistake of vfio4j's own: " + e, "Please report it.");
            end = Move.Phase.FAILED;
        }
        ended = System.nanoTime();
        phase = end;
    }

    private Move.Phase go() {
        VfioDevice device = open();
        Wire reached = connect(device);
        try (Wire connected = reached) {
            JournalEntry entry = new JournalEntry(JournalEntry.Phase.SENDING, migrant, peer, journal.next());
            journal.write(entry);
            prepare(device, connected);
            journal.write(entry.in(JournalEntry.Phase.HANDING));
            phase = Move.Phase.HANDING;
            Optional<ErrnoException> refusal = hand(connected);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            downtimeNanos = System.nanoTime() - stopped;
            finish(device, entry);
            settle(connected);
            return Move.Phase.MOVED;
        } catch (RuntimeException e) {
            keep(device);
            throw e;
        }
    }

    private VfioDevice open() {
        try {
            return host.host()
                    .core()
                    .open(migrant.device().toString(), host.host().self());
        } catch (ErrnoException e) {
            if (e.errno() != Errno.EBUSY) {
                throw e;
            }
            throw new RefusedException(
                    Errno.EBUSY,
                    migrant.device() + " is in use: somebody has it open"
                            + host.host()
                                    .find(migrant.device().toString())
                                    .flatMap(d -> d.socket())
                                    .map(socket ->
                                            ", a virtual machine on " + socket + " or another program of this host")
                                    .orElse("")
                            + ". It is not moved away under its user",
                    "Move it with its machine, by vfio migrate --with-vm, or detach it from the machine first.");
        }
    }

    private Wire connect(VfioDevice device) {
        try {
            Wire connected = remote.connect(peer);
            wire = connected;
            return connected;
        } catch (ErrnoException e) {
            device.close();
            throw e;
        }
    }

    /** Until the destination has all of it and waits. */
    private void prepare(VfioDevice device, Wire to) {
        try (StateSink sink = offer(to);
                StateSender sending = new StateSender(device, limits, sink)) {
            sender = sending;
            if (cancelled) {
                sending.cancel();
            }
            phase = Move.Phase.PRE_COPY;
            sending.preCopy();
            stopped = System.nanoTime();
            phase = Move.Phase.STOP_COPY;
            sending.stopCopy();
            sink.end();
            to.receive(Message.Prepared.class);
        }
    }

    /** Offers the device; what the destination says to that decides how the state goes. */
    private StateSink offer(Wire to) {
        Optional<SharedFrames> frames =
                remote.isWithinMachine(peer) ? Optional.of(SharedFrames.create()) : Optional.empty();
        try {
            Message.Memory place = frames.map(SharedFrames::place).orElse(null);
            to.send(new Message.Offer(destination.offered(migrant), states, place));
            boolean shares = to.receive(Message.Accepted.class).shares();
            if (frames.isPresent() && shares) {
                return new SharedSink(to, frames.get());
            }
        } catch (ErrnoException e) {
            frames.ifPresent(SharedFrames::close);
            throw e;
        }
        frames.ifPresent(SharedFrames::close);
        return new SocketSink(to, "send " + migrant.device());
    }

    /** Hands the device over; empty once the destination has it, else why it has not. */
    private Optional<ErrnoException> hand(Wire to) {
        try {
            to.send(new Message.Commit());
            to.receive(Message.Taken.class);
            return Optional.empty();
        } catch (RefusedException e) {
            return Optional.of(e);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} is in doubt: {1}", migrant.device(), e.getMessage());
            to.close();
            return awaitOutcome()
                    ? Optional.empty()
                    : Optional.of(new RefusedException(
                            e.errno(), e.getMessage() + "; the other host has not taken the device", "Try again."));
        }
    }

    /** Asks until there is an answer, or an operator gives it. */
    private boolean awaitOutcome() {
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                return remote.hasTaken(peer, migrant.id());
            } catch (ErrnoException e) {
                problem = new Move.Problem(
                        e.errno(),
                        "the device was handed over and " + peer + " does not say whether it took it: " + e.getMessage()
                                + ". Here it is stopped",
                        "It is settled as soon as that host answers. If that host is gone for good: vfio migrate "
                                + migrant.device() + " --decide here (or there).");
                phase = Move.Phase.IN_DOUBT;
            }
            try {
                boolean taken = decision.get(pause, TimeUnit.MILLISECONDS);
                problem = null;
                return taken;
            } catch (TimeoutException e) {
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            } catch (InterruptedException | ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** The destination has it: here it goes, and its definition. From now on nothing may bring it back. */
    private void finish(VfioDevice device, JournalEntry entry) {
        problem = null;
        try {
            journal.write(entry.in(JournalEntry.Phase.MOVED));
        } catch (ErrnoException e) {
            // handed over is written down, so the other host would be asked again
            LOG.log(System.Logger.Level.WARNING, "move of " + migrant.device(), e);
        }
        try {
            host.host().stop(migrant.device(), REMOVED_WITHIN, device::close);
        } catch (ErrnoException e) {
            device.close(); // somebody else is removing it, and waits for this
            LOG.log(System.Logger.Level.WARNING, migrant.device() + " was not removed in order", e);
        }
        isLeft = Settling.undefine(host, migrant);
    }

    /** What is written down on both sides goes; if that fails, it is tried again later. */
    private void settle(Wire to) {
        if (!isLeft) {
            return;
        }
        try {
            if (phase == Move.Phase.HANDING) {
                Remote.forget(to, migrant.id());
            } else {
                remote.forget(peer, migrant.id());
            }
            journal.delete(migrant.id());
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "move of " + migrant.device() + " is settled later", e);
        }
    }

    /** The device goes on here. */
    private void keep(VfioDevice device) {
        try {
            Wire open = wire;
            if (open != null) {
                open.send(new Message.Abort(cancelled ? "cancelled" : "the source keeps the device"));
            }
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "abort not sent", e);
        }
        try {
            device.setDeviceState(DeviceState.RUNNING).ifPresent(MigrationStream::close);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, migrant.device() + " does not run on, and is reset", e);
            device.reset();
        }
        device.close();
        journal.delete(migrant.id());
    }

    private static Move.Problem problem(ErrnoException e) {
        return new Move.Problem(
                e.errno(),
                String.valueOf(e.getMessage()),
                e instanceof RefusedException refused ? refused.remedy() : "");
    }
}
