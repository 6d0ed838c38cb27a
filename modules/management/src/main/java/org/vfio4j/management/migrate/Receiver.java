/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.host.RefusedException;

/** The destination's side of a connection: answers what is asked, and takes the devices that are offered. Safe for use by many threads. */
final class Receiver {
    private final DefinedHost host;
    private final Journal journal;
    private final Message.Hello hello;
    private final Supplier<byte[]> facts;
    private final Map<UUID, Incoming> incoming = new ConcurrentHashMap<>();

    /**
     * @param hello of this host
     * @param facts a snapshot of it
     */
    Receiver(DefinedHost host, Journal journal, Message.Hello hello, Supplier<byte[]> facts) {
        this.host = host;
        this.journal = journal;
        this.hello = hello;
        this.facts = facts;
    }

    /** Serves a connection until the other side, or what it does wrong, ends it. Nothing half made is left then. */
    void serve(Wire wire) {
        Optional<Incoming> device = Optional.empty();
        try {
            greet(wire);
            while (true) {
                device = answer(wire, device, wire.receive());
            }
        } catch (MigrateException e) {
            if (e.errno() != Errno.ECONNRESET) {
                refuse(wire, e);
            }
        } catch (ErrnoException e) {
            refuse(wire, e);
        } finally {
            device.ifPresent(this::end);
            wire.close();
        }
    }

    private void greet(Wire wire) {
        Message.Hello theirs = wire.receive(Message.Hello.class);
        wire.send(hello);
        if (theirs.protocol() != Message.PROTOCOL) {
            throw new RefusedException(
                    Errno.EOPNOTSUPP,
                    "this host speaks version " + Message.PROTOCOL + " of the protocol, not " + theirs.protocol(),
                    "Use the same release of vfio4j on both hosts; this is " + hello.version() + ".");
        }
    }

    /** What device is on its way after this message. */
    private Optional<Incoming> answer(Wire wire, Optional<Incoming> device, Message message) {
        switch (message) {
            case Message.Ask _ -> wire.send(new Message.Facts(ByteBuffer.wrap(facts.get())));
            case Message.Resolve(UUID id) -> wire.send(new Message.Outcome(resolve(id)));
            case Message.Forget(UUID id) -> {
                journal.delete(id);
                wire.send(new Message.Forgotten());
            }
            case Message.Offer offer -> {
                return Optional.of(accept(wire, device, offer));
            }
            case Message.State(var bytes) -> device(device).write(bytes);
            case Message.Shared said -> device(device).write(said, wire);
            case Message.Round _ ->
                wire.send(new Message.Received(device(device).received()));
            case Message.End(long bytes) -> {
                device(device).load(bytes);
                wire.send(new Message.Prepared());
            }
            case Message.Commit _ -> {
                device(device).take();
                end(device(device));
                wire.send(new Message.Taken());
                return Optional.empty();
            }
            case Message.Abort _ -> {
                device.ifPresent(this::end);
                return Optional.empty();
            }
            case Message.Hello _,
                    Message.Facts _,
                    Message.Accepted _,
                    Message.Freed _,
                    Message.Received _,
                    Message.Prepared _,
                    Message.Taken _,
                    Message.Outcome _,
                    Message.Forgotten _,
                    Message.Refused _ ->
                throw new MigrateException("protocol", "a source does not say " + MessageType.of(message));
        }
        return device;
    }

    private Incoming accept(Wire wire, Optional<Incoming> device, Message.Offer offer) {
        if (device.isPresent()) {
            throw new MigrateException("protocol", "a second device is offered before the first is settled");
        }
        Incoming made = Incoming.of(host, journal, offer);
        incoming.put(made.migrant().id(), made);
        try {
            wire.send(new Message.Accepted(made.shares()));
        } catch (ErrnoException e) {
            end(made);
            throw e;
        }
        return made;
    }

    private static Incoming device(Optional<Incoming> device) {
        return device.orElseThrow(() -> new MigrateException("protocol", "no device was offered"));
    }

    /** One that is on its way and not taken yet is given up by being asked for: its source would not ask if it still gave it. */
    private boolean resolve(UUID id) {
        Incoming one = incoming.get(id);
        if (one != null) {
            return one.resolve();
        }
        return journal.find(id).filter(e -> !e.phase().isOfSource()).isPresent();
    }

    /** First out of the way, so that nobody who asks finds it neither there nor written down. */
    private void end(Incoming device) {
        device.end();
        incoming.remove(device.migrant().id());
    }

    private static void refuse(Wire wire, ErrnoException e) {
        try {
            wire.send(new Message.Refused(
                    e.errno(),
                    String.valueOf(e.getMessage()),
                    e instanceof RefusedException refused ? refused.remedy() : ""));
        } catch (ErrnoException lost) {
            System.getLogger(Receiver.class.getName()).log(System.Logger.Level.DEBUG, "refusal not sent", lost);
        }
    }
}
