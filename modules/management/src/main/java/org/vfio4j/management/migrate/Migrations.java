/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.migration.StateSender;

/** The moves of a user-space host's devices, out and in. Safe for use by many threads. */
public final class Migrations implements AutoCloseable {
    /** How long the other side may not come back from a read or a write before the connection counts as lost. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    private static final int REMEMBERED = 100;
    private static final int MAX_AT_ONCE = 16;

    private final DefinedHost host;
    private final Journal journal;
    private final Remote remote;
    private final Receiver receiver;
    private final Settling settling;
    private final List<Finding> findings = new ArrayList<>();
    private final Deque<Outgoing> moves = new ArrayDeque<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("migrations").factory());
    private final VfioCore.Subscription subscription;
    private volatile boolean closed;

    private Migrations(DefinedHost host, Path folder, Connector connector, String version, Clock clock) {
        this.host = host;
        Machine machine = host.host().machine();
        Message.Hello hello = new Message.Hello(Message.PROTOCOL, version, machine.hostName());
        this.journal = Journal.open(folder, clock, findings);
        this.remote = new Remote(connector, hello);
        this.receiver = new Receiver(host, journal, hello, this::facts);
        this.settling = new Settling(host, journal, remote, clock);
        this.subscription = host.host().core().listen(new Gone());
    }

    /**
     * Reads what was written down, starts the devices of it that are this host's, and those that are defined to start by themselves and are
     * not, perhaps, another host's by now.
     *
     * @param folder where moves are written down
     * @param version of this release
     * @param clock says when something was written down
     */
    public static Migrations open(DefinedHost host, Path folder, Connector connector, String version, Clock clock) {
        Migrations migrations = new Migrations(host, folder, connector, version, clock);
        Set<UUID> elsewhere = migrations.settling.recover(migrations.findings);
        migrations.findings.addAll(host.autostart(elsewhere));
        long pause = Retry.FIRST.toMillis();
        var _ = migrations.timer.scheduleWithFixedDelay(migrations::settle, 0, pause, TimeUnit.MILLISECONDS);
        var _ = migrations.timer.scheduleWithFixedDelay(migrations::breakStuck, 1, 1, TimeUnit.SECONDS);
        return migrations;
    }

    /** What was found at the start. */
    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** Serves another host, until the connection ends. */
    public void serve(ByteChannel connection) {
        try (Wire wire = new Wire(connection, Math.max(Wire.MAX_STATE, MessageType.OFFER.most()))) {
            receiver.serve(wire);
        }
    }

    /** A snapshot of another host, as {@code vfio snapshot} writes it. */
    public byte[] destination(String peer) {
        return remote.facts(peer);
    }

    /**
     * Begins to move a device.
     *
     * @return the move as it begins; {@link #move} tells how it goes on
     * @throws RefusedException ENODEV if there is no such mediated device; EBUSY while it is on its way already
     */
    public Move start(UUID device, Destination destination, StateSender.Limits limits) {
        HostDevice found = host.active(device)
                .orElseThrow(() -> new RefusedException(
                        Errno.ENODEV,
                        "there is no active device " + device,
                        "vfio list --host user shows what is active."));
        String parent = found.parent().orElseThrow();
        String type = found.type().orElseThrow();
        Migrant migrant = new Migrant(
                UUID.randomUUID(),
                device,
                parent,
                type,
                host.definitions().find(device, Optional.of(parent)).orElse(null));
        Outgoing move = new Outgoing(host, journal, remote, migrant, states(parent, type), destination, limits);
        synchronized (moves) {
            refuseIfBusy(device);
            while (moves.size() >= REMEMBERED && moves.getFirst().move().phase().isEnd()) {
                moves.removeFirst();
            }
            moves.addLast(move);
        }
        Thread.ofPlatform().daemon().name("migrate " + device).start(move);
        return move.move();
    }

    private @Nullable String states(String parent, String type) {
        return host.host().types().parents().stream()
                .filter(p -> p.name().equals(parent))
                .flatMap(p -> p.type(type).stream())
                .flatMap(t -> t.migrationVersion().stream())
                .findFirst()
                .orElse(null);
    }

    private void refuseIfBusy(UUID device) {
        List<Outgoing> running =
                moves.stream().filter(m -> !m.move().phase().isEnd()).toList();
        if (running.stream().anyMatch(m -> m.migrant().device().equals(device))) {
            throw new RefusedException(
                    Errno.EBUSY, device + " is on its way already", "vfio migrate --list shows how far it is.");
        }
        if (running.size() >= MAX_AT_ONCE) {
            throw new RefusedException(
                    Errno.EAGAIN, running.size() + " devices are on their way already", "Wait for one of them.");
        }
    }

    /** How far a move is, or how it ended. */
    public Move move(UUID id) {
        return require(id).move();
    }

    /**
     * The moves of this host's devices that are on their way or ended lately, those in doubt since it was killed, and those of which the destination
     * could not be told yet that it is known where the device is.
     */
    public List<Move> moves() {
        Map<UUID, Move> all = new LinkedHashMap<>();
        synchronized (moves) {
            moves.forEach(m -> all.put(m.migrant().id(), m.move()));
        }
        for (JournalEntry entry : journal.entries()) {
            UUID id = entry.migrant().id();
            if (entry.phase() == JournalEntry.Phase.HANDING) {
                all.computeIfAbsent(id, _ -> inDoubt(entry));
            } else if (entry.phase() == JournalEntry.Phase.MOVED) {
                settling.untold(entry)
                        .ifPresent(problem -> all.merge(
                                id,
                                written(entry, Move.Phase.MOVED, problem),
                                (known, _) -> known.phase().isEnd() ? known.with(problem) : known));
            }
        }
        return List.copyOf(all.values());
    }

    /** The device stays here, if it is not too late; {@link #move} tells. */
    public void cancel(UUID id) {
        require(id).cancel();
    }

    /**
     * Ends the doubt about a device, or the telling of where it is: for one whose other host is gone for good.
     *
     * @param taken whether that host has it
     * @throws RefusedException ENOENT if there is no doubt about it; EEXIST for one that is to be here and of which the other host said that it has it
     */
    public void decide(UUID device, boolean taken) {
        List<Outgoing> running;
        synchronized (moves) {
            running = List.copyOf(moves);
        }
        for (Outgoing move : running) {
            if (move.migrant().device().equals(device) && move.decide(taken)) {
                return;
            }
        }
        JournalEntry entry = journal.entries().stream()
                .filter(e -> e.phase() == JournalEntry.Phase.HANDING || e.phase() == JournalEntry.Phase.MOVED)
                .sorted(Comparator.comparing(JournalEntry::phase))
                .filter(e -> e.migrant().device().equals(device)
                        && !onTheirWay().contains(e.migrant().id()))
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        Errno.ENOENT,
                        "there is no doubt about " + device,
                        "vfio migrate --list shows which moves there are."));
        settling.decide(entry, taken);
    }

    /** Those on their way stay here; what is in doubt is settled after the next start. */
    @Override
    public void close() {
        closed = true;
        subscription.close();
        timer.shutdownNow();
        synchronized (moves) {
            moves.forEach(Outgoing::cancel);
        }
    }

    private Outgoing require(UUID id) {
        synchronized (moves) {
            return moves.stream()
                    .filter(m -> m.migrant().id().equals(id))
                    .findFirst()
                    .orElseThrow(() -> new RefusedException(Errno.ENOENT, "there is no move " + id, ""));
        }
    }

    private Set<UUID> onTheirWay() {
        synchronized (moves) {
            return moves.stream()
                    .filter(m -> !m.move().phase().isEnd())
                    .map(m -> m.migrant().id())
                    .collect(Collectors.toSet());
        }
    }

    private void settle() {
        try {
            settling.settle(onTheirWay());
        } catch (RuntimeException e) {
            System.getLogger(Migrations.class.getName()).log(System.Logger.Level.WARNING, "moves", e);
        }
    }

    private void breakStuck() {
        synchronized (moves) {
            moves.forEach(m -> m.breakIfStuck(STUCK.toNanos()));
        }
    }

    private static Move inDoubt(JournalEntry entry) {
        return written(
                entry,
                Move.Phase.IN_DOUBT,
                new Move.Problem(
                        Errno.EHOSTUNREACH,
                        "it was handed over when this host was killed, and the other has not said whether it took it",
                        "If that host is gone for good: vfio migrate "
                                + entry.migrant().device() + " --decide here (or there)."));
    }

    /** A move of which only that is left which was written down. */
    private static Move written(JournalEntry entry, Move.Phase phase, Move.Problem problem) {
        return new Move(
                entry.migrant().id().toString(),
                entry.migrant().device().toString(),
                entry.peer(),
                phase,
                0,
                0,
                0,
                0,
                -1,
                0,
                problem);
    }

    private byte[] facts() {
        Inventory inventory = host.host().inventory();
        Machine machine = host.host().machine();
        Prober prober = new Prober(Ways.of(host.host(), false));
        Snapshot snapshot = new Snapshot(
                host.host().kind(),
                machine.hostName(),
                machine.kernelRelease(),
                Platform.of(Root.ofThisMachine()),
                Instant.now(),
                inventory,
                inventory.devices().stream().map(prober::probe).toList());
        return Json.snapshot(snapshot).toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A device that was taken and is gone is not to be made again. */
    private final class Gone implements CoreListener {
        @Override
        public void added(CoreDevice device) {}

        @Override
        public void removed(CoreDevice device) {
            if (closed) {
                return;
            }
            try {
                settling.removed(UUID.fromString(device.name()));
            } catch (IllegalArgumentException e) {
                // no mediated device
            } catch (ErrnoException e) {
                System.getLogger(Migrations.class.getName()).log(System.Logger.Level.WARNING, device.name(), e);
            }
        }
    }
}
