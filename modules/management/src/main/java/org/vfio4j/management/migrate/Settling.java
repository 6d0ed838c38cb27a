/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.host.Finding;

/**
 * What a host that was killed, or did not reach the other, makes of what it had written down, so that one of the two has the device. What a device
 * held is gone with the process that had it, as always when a host is killed.
 */
final class Settling {
    private static final System.Logger LOG = System.getLogger(Settling.class.getName());

    private final DefinedHost host;
    private final Journal journal;
    private final Remote remote;

    Settling(DefinedHost host, Journal journal, Remote remote) {
        this.host = host;
        this.journal = journal;
        this.remote = remote;
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
                    undefine(host, entry.migrant());
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
            if (!onTheirWay.contains(entry.migrant().id())) {
                try {
                    settle(entry);
                } catch (ErrnoException e) {
                    LOG.log(
                            System.Logger.Level.DEBUG,
                            "move of " + entry.migrant().device() + " is settled later",
                            e);
                }
            }
        }
    }

    private void settle(JournalEntry entry) {
        switch (entry.phase()) {
            case HANDING ->
                decide(entry, remote.hasTaken(entry.peer(), entry.migrant().id()));
            case MOVED -> {
                remote.forget(entry.peer(), entry.migrant().id());
                journal.delete(entry.migrant().id());
            }
            case SENDING, TAKEN, GONE -> {}
        }
    }

    /** Ends the doubt about a device that is no longer here. */
    void decide(JournalEntry entry, boolean taken) {
        if (taken) {
            journal.write(entry.in(JournalEntry.Phase.MOVED));
            if (journal.isNewest(entry)) {
                undefine(host, entry.migrant());
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

    static void undefine(DefinedHost host, Migrant migrant) {
        try {
            host.definitions()
                    .find(migrant.device(), Optional.of(migrant.parent()))
                    .ifPresent(host.definitions()::undefine);
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.WARNING, "the definition of " + migrant.device() + " stays", e);
        }
    }

    static Duration pause() {
        return Duration.ofSeconds(5);
    }
}
