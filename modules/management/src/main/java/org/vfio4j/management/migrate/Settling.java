/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.RefusedException;

/**
 * What a host that was killed, or did not reach the other, makes of what it had written down, so that one of the two has the device. What a device
 * held is gone with the process that had it, as always when a host is killed.
 */
final class Settling {
    private static final System.Logger LOG = System.getLogger(Settling.class.getName());

    /** How long a destination is told that what it has is known here, if it does not answer. */
    static final Duration TOLD_WITHIN = Duration.ofDays(7);

    private final DefinedHost host;
    private final Journal journal;
    private final Remote remote;
    private final Clock clock;
    private final Map<UUID, Retry> retries = new ConcurrentHashMap<>();

    Settling(DefinedHost host, Journal journal, Remote remote, Clock clock) {
        this.host = host;
        this.journal = journal;
        this.remote = remote;
        this.clock = clock;
    }

    /**
     * For a host that has just started: makes the devices again that are certainly its own.
     *
     * @param findings gets what was done
     * @return devices that may be the other host's, which are not to be made
     */
    Set<UUID> recover(List<Finding> findings) {
        Set<UUID> elsewhere = new HashSet<>();
        for (JournalEntry entry :
                journal.entries().stream().filter(journal::isNewest).toList()) {
            UUID device = entry.migrant().device();
            switch (entry.phase()) {
                case HANDING -> {
                    elsewhere.add(device);
                    findings.add(inDoubt(entry));
                }
                case MOVED -> {
                    elsewhere.add(device);
                    var _ = undefine(host, entry.migrant());
                }
                case SENDING, TAKEN, GONE -> {}
            }
        }
        for (JournalEntry entry : journal.entries()) {
            boolean own = entry.phase() == JournalEntry.Phase.SENDING || entry.phase() == JournalEntry.Phase.TAKEN;
            if (own && journal.isNewest(entry)) {
                again(entry).ifPresent(findings::add);
            }
        }
        return elsewhere;
    }

    /** Asks the other host about what is not settled; a move that is on its way here is left alone. */
    void settle(Set<UUID> onTheirWay) {
        for (JournalEntry entry : journal.entries()) {
            UUID id = entry.migrant().id();
            Retry last = retries.get(id);
            if (onTheirWay.contains(id) || (last != null && clock.instant().isBefore(last.next()))) {
                continue;
            }
            try {
                settle(entry);
                retries.remove(id);
            } catch (ErrnoException e) {
                LOG.log(System.Logger.Level.DEBUG, "move of " + entry.migrant().device() + " is settled later", e);
                if (entry.phase() == JournalEntry.Phase.MOVED) {
                    retries.put(id, Retry.after(last, clock.instant(), String.valueOf(e.getMessage())));
                }
            }
        }
    }

    private void settle(JournalEntry entry) {
        switch (entry.phase()) {
            case HANDING ->
                decide(entry, remote.hasTaken(entry.peer(), entry.migrant().id()));
            case MOVED -> {
                leave(entry);
                if (entry.isOlder(TOLD_WITHIN, clock.instant())) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0} was not told for {1} days that its taking {2} is known here, and is asked no more",
                            entry.peer(),
                            TOLD_WITHIN.toDays(),
                            entry.migrant().device());
                } else {
                    remote.forget(entry.peer(), entry.migrant().id());
                }
                journal.delete(entry.migrant().id());
            }
            case SENDING, TAKEN, GONE -> {}
        }
    }

    /** Nothing here makes it again; as long as that is not so, what is written down has to stay. */
    private void leave(JournalEntry entry) {
        if (journal.isNewest(entry) && !undefine(host, entry.migrant())) {
            throw new RefusedException(
                    Errno.EIO,
                    "the definition of " + entry.migrant().device() + ", which has moved to " + entry.peer()
                            + ", cannot be removed here",
                    "Remove it: vfio undefine " + entry.migrant().device() + ".");
        }
    }

    /** What hinders a move that has ended from being forgotten; empty as long as nothing is known to. */
    Optional<Move.Problem> untold(JournalEntry entry) {
        Instant since = entry.sinceOrNull();
        return Optional.ofNullable(retries.get(entry.migrant().id()))
                .map(retry -> new Move.Problem(
                        Errno.EHOSTUNREACH,
                        entry.peer() + " has the device, and cannot be told that this is known here: " + retry.why(),
                        "Nothing need be done: it is tried again"
                                + (since == null ? "" : " until " + since.plus(TOLD_WITHIN))
                                + ". If that host is gone for good: vfio migrate "
                                + entry.migrant().device() + " --decide there."));
    }

    /** Ends the doubt about a device that is no longer here, or what there is still to tell about one. */
    void decide(JournalEntry entry, boolean taken) {
        boolean isKnown = entry.phase() == JournalEntry.Phase.MOVED;
        if (isKnown && !taken) {
            throw new RefusedException(
                    Errno.EEXIST,
                    entry.peer() + " has said that it has " + entry.migrant().device(),
                    "If that host is gone for good, with all that it had: --decide there, and make the device anew.");
        }
        if (isKnown) {
            leave(entry);
            journal.delete(entry.migrant().id());
        } else if (taken) {
            journal.write(entry.in(JournalEntry.Phase.MOVED));
            if (journal.isNewest(entry)) {
                var _ = undefine(host, entry.migrant());
            }
        } else {
            again(entry);
        }
    }

    /** A device that was taken is gone from here, on its way or removed: a restart must not make it again. */
    void removed(UUID device) {
        for (JournalEntry entry : journal.entries()) {
            if (entry.phase() == JournalEntry.Phase.TAKEN
                    && entry.migrant().device().equals(device)) {
                journal.write(entry.in(JournalEntry.Phase.GONE));
            }
        }
    }

    /** Makes the device, empty. */
    private Optional<Finding> again(JournalEntry entry) {
        Migrant migrant = entry.migrant();
        try {
            if (host.active(migrant.device()).isEmpty()) {
                host.start(host.definitions()
                        .find(migrant.device(), Optional.of(migrant.parent()))
                        .orElseGet(migrant::plan));
            }
            if (entry.phase().isOfSource()) {
                journal.delete(migrant.id());
            }
            return Optional.of(new Finding(
                    "migration-interrupted",
                    Finding.Severity.WARNING,
                    migrant.device().toString(),
                    "was moving when a host was killed; it was this host's, and is made anew. What it held is gone.",
                    ""));
        } catch (ErrnoException e) {
            return Optional.of(new Finding(
                    "migration-interrupted",
                    Finding.Severity.WARNING,
                    migrant.device().toString(),
                    "was moving when a host was killed; it was this host's, and cannot be made anew: " + e.getMessage(),
                    "Make it: vfio start " + migrant.device() + "."));
        }
    }

    private static Finding inDoubt(JournalEntry entry) {
        return new Finding(
                "migration-in-doubt",
                Finding.Severity.WARNING,
                entry.migrant().device().toString(),
                "was handed over to " + entry.peer()
                        + " when this host was killed, and whether that has taken it is not known.",
                "It is settled as soon as that host answers. If it is gone for good: vfio migrate "
                        + entry.migrant().device() + " --decide here (or there).");
    }

    /** Whether there is no definition of it here now. */
    static boolean undefine(DefinedHost host, Migrant migrant) {
        try {
            host.definitions()
                    .find(migrant.device(), Optional.of(migrant.parent()))
                    .ifPresent(host.definitions()::undefine);
            return true;
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "the definition of " + migrant.device() + " stays", e);
            return false;
        }
    }
}
