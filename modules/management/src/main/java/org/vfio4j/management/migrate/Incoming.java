/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioDevice;

/**
 * A device that comes in: made, filled, and then either taken, which is written down first, or removed again. {@link #resolve} may be called by
 * any thread at any time: who asked and heard no gets no other answer afterwards.
 */
final class Incoming {
    private static final Duration REMOVED_WITHIN = Duration.ofSeconds(10);

    private final DefinedHost host;
    private final Journal journal;
    private final Migrant migrant;
    private final VfioDevice device;
    private final MigrationStream stream;
    private final Lane lane;
    private final Optional<SharedFrames> frames;
    private final MemorySegment own;
    private long received;
    private Phase phase = Phase.FILLING;

    private enum Phase {
        FILLING,
        LOADED,
        TAKEN,
        GIVEN_UP
    }

    private Incoming(
            DefinedHost host, Journal journal, Message.Offer offer, VfioDevice device, MigrationStream stream) {
        this.host = host;
        this.journal = journal;
        this.migrant = offer.migrant();
        this.device = device;
        this.stream = stream;
        this.lane = new Lane("receive " + migrant.device());
        this.frames = Optional.ofNullable(offer.memoryOrNull()).flatMap(SharedFrames::find);
        this.own = frames.isEmpty()
                ? MemorySegment.NULL
                : MemorySegment.ofBuffer(ByteBuffer.allocateDirect(Wire.MAX_STATE));
    }

    /** Makes the device; what stands in the way is a {@link RefusedException}, and nothing is left behind. */
    static Incoming of(DefinedHost host, Journal journal, Message.Offer offer) {
        Migrant migrant = offer.migrant();
        check(host, offer);
        host.start(migrant.plan());
        try {
            VfioDevice device = host.host()
                    .core()
                    .open(migrant.device().toString(), host.host().self());
            try {
                MigrationStream stream = device.setDeviceState(DeviceState.RESUMING)
                        .orElseThrow(() -> new RefusedException(
                                Errno.EIO, "the device made for it gives no stream for its state", ""));
                return new Incoming(host, journal, offer, device, stream);
            } catch (ErrnoException e) {
                device.close();
                throw e;
            }
        } catch (ErrnoException e) {
            host.stop(migrant.device(), REMOVED_WITHIN);
            throw e instanceof RefusedException
                    ? e
                    : new RefusedException(
                            e.errno(),
                            "a " + migrant.type() + " made for it cannot take a state: " + e.getMessage(),
                            "");
        }
    }

    private static void check(DefinedHost host, Message.Offer offer) {
        Migrant migrant = offer.migrant();
        String states = offer.statesOrNull();
        if (states != null
                && !host.host()
                        .acceptsMigrationVersion(migrant.parent(), migrant.type(), states)
                        .orElse(true)) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "the driver of " + migrant.parent() + " does not load states that are called \"" + states + "\"",
                    "Use the same release of the driver at both hosts.");
        }
        Optional<Definition> own = host.definitions().find(migrant.device(), Optional.empty());
        if (own.isPresent()
                && !(own.get().parent().equals(migrant.parent())
                        && own.get().type().equals(migrant.type()))) {
            throw new RefusedException(
                    Errno.EEXIST,
                    migrant.device() + " is defined here as a " + own.get().type() + " of "
                            + own.get().parent(),
                    "Undefine it here first: vfio undefine " + migrant.device() + ".");
        }
    }

    Migrant migrant() {
        return migrant;
    }

    /** Bytes of the state that have come, once the device has them. */
    long received() {
        lane.await();
        return received;
    }

    /** The device gets them while the next ones come. What it refuses the ones before with is thrown now. */
    void write(MemorySegment bytes) {
        lane.hand(() -> writeNow(bytes));
        received += bytes.byteSize();
    }

    /** Whether its state can come in memory that the source shares. */
    boolean shares() {
        return frames.isPresent();
    }

    /** The same for bytes in shared memory. The device gets a copy, since its source could change them under it. */
    void write(Message.Shared said, Wire freed) {
        MemorySegment shared = frames.orElseThrow(
                        () -> new MigrateException("protocol", "no memory is shared on this connection"))
                .bytes(said);
        MemorySegment bytes = own.asSlice(0, said.bytes()).copyFrom(shared);
        freed.send(new Message.Freed());
        writeNow(bytes);
        received += said.bytes();
    }

    private synchronized void writeNow(MemorySegment bytes) {
        require(Phase.FILLING);
        long done = 0;
        while (done < bytes.byteSize()) {
            int taken = stream.write(done == 0 ? bytes : bytes.asSlice(done));
            if (taken == 0) {
                throw new RefusedException(Errno.ENOSPC, "the device takes no more of its state", "");
            }
            done += taken;
        }
    }

    /** All of it has come: the device takes it over, and is stopped. */
    void load(long bytes) {
        lane.await();
        loadNow(bytes);
    }

    private synchronized void loadNow(long bytes) {
        require(Phase.FILLING);
        if (bytes != received) {
            throw new RefusedException(
                    Errno.EPROTO, bytes + " bytes of the state were sent, and " + received + " have come", "");
        }
        device.setDeviceState(DeviceState.STOP);
        stream.close();
        phase = Phase.LOADED;
    }

    /** The device is this host's from now on. */
    synchronized void take() {
        require(Phase.LOADED);
        journal.write(new JournalEntry(JournalEntry.Phase.TAKEN, migrant, "", journal.next()));
        boolean defines = false;
        try {
            defines = define();
            device.setDeviceState(DeviceState.RUNNING);
        } catch (ErrnoException e) {
            giveBack(defines);
            throw e;
        }
        phase = Phase.TAKEN;
        device.close();
    }

    /** Whether there is now a definition that was not there. */
    private boolean define() {
        if (migrant.definition().isEmpty()
                || host.definitions().find(migrant.device(), Optional.empty()).isPresent()) {
            return false;
        }
        host.definitions().define(migrant.plan());
        return true;
    }

    /** It does not run here after all, and the source has not heard that it does. */
    private void giveBack(boolean defined) {
        if (defined) {
            host.definitions().undefine(migrant.plan());
        }
        journal.delete(migrant.id());
    }

    /** Its connection has no more to do with it: the device goes, unless it was taken. */
    void end() {
        lane.close();
        frames.ifPresent(SharedFrames::close);
        giveUp();
    }

    /** Whether the device was taken; if it was not, it never is. */
    synchronized boolean resolve() {
        if (phase == Phase.TAKEN) {
            return true;
        }
        giveUp();
        return false;
    }

    /** The device goes, unless it was taken. */
    private synchronized void giveUp() {
        if (phase == Phase.TAKEN || phase == Phase.GIVEN_UP) {
            return;
        }
        phase = Phase.GIVEN_UP;
        try {
            host.host().stop(migrant.device(), REMOVED_WITHIN, () -> {
                stream.close();
                device.close();
            });
        } catch (ErrnoException e) {
            device.close(); // somebody else is removing it, and waits for this
            System.getLogger(Incoming.class.getName())
                    .log(System.Logger.Level.WARNING, migrant.device() + " was not removed in order", e);
        }
    }

    private void require(Phase wanted) {
        if (phase != wanted) {
            throw new RefusedException(
                    Errno.EPROTO,
                    phase == Phase.GIVEN_UP
                            ? "this move was given up, since its source asked how it ended"
                            : "the move is not so far, or further",
                    "");
        }
    }
}
