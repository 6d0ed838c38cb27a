/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.definition.DurableFiles;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.RefusedException;

/** What a host has written down of moves, a file each, so that it is known after the host was killed. Safe for use by many threads. */
final class Journal {
    private static final String SUFFIX = ".json";

    private final Path folder;
    private final Clock clock;
    private final Map<UUID, JournalEntry> entries = new ConcurrentHashMap<>();

    private Journal(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * Reads a journal.
     *
     * @param findings gets what cannot be read, which stays where it is
     */
    static Journal open(Path folder, Clock clock, List<Finding> findings) {
        Journal journal = new Journal(folder, clock);
        if (Files.isDirectory(folder)) {
            DurableFiles.clean(folder);
            try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
                for (Path file : files) {
                    journal.read(file, findings);
                }
            } catch (IOException | DirectoryIteratorException e) {
                findings.add(unreadable(folder, e));
            }
        }
        return journal;
    }

    private void read(Path file, List<Finding> findings) {
        try {
            JournalEntry entry = JournalEntry.read(DurableFiles.read(file, JournalEntry.MAX_BYTES + 1));
            entries.put(entry.migrant().id(), entry);
        } catch (IOException | ErrnoException e) {
            findings.add(unreadable(file, e));
        }
    }

    private static Finding unreadable(Path file, Exception e) {
        return new Finding(
                "migration-journal-unreadable",
                Finding.Severity.WARNING,
                file.toString(),
                "what was written down of a device's move cannot be read: " + e.getMessage(),
                "See on the other host whether it has the device; then remove the file.");
    }

    /** Entries, none of them older than the last write. */
    List<JournalEntry> entries() {
        return new ArrayList<>(entries.values());
    }

    Optional<JournalEntry> find(UUID id) {
        return Optional.ofNullable(entries.get(id));
    }

    /** The number of a move that begins. */
    int next() {
        return entries.values().stream().mapToInt(JournalEntry::order).max().orElse(0) + 1;
    }

    /** Whether its device has not moved since. */
    boolean isNewest(JournalEntry entry) {
        return entries.values().stream()
                .filter(other -> other.migrant().device().equals(entry.migrant().device()))
                .noneMatch(other -> other.order() > entry.order());
    }

    /** It is on the disk when this returns. */
    void write(JournalEntry wanted) {
        JournalEntry entry = wanted.at(clock.instant().truncatedTo(ChronoUnit.SECONDS));
        try {
            DurableFiles.write(file(entry.migrant().id()), entry.json());
        } catch (IOException e) {
            forgetHalf(entry.migrant().id());
            throw new RefusedException(
                    Errno.EIO,
                    "the move cannot be written down in " + folder + ": " + e.getMessage(),
                    "See whether the disk is full or not writable.");
        }
        entries.put(entry.migrant().id(), entry);
    }

    /** What could not be written for certain must not be read after a restart where nothing was written before. */
    private void forgetHalf(UUID id) {
        try {
            if (!entries.containsKey(id)) {
                Files.deleteIfExists(file(id));
            }
        } catch (IOException e) {
            System.getLogger(Journal.class.getName()).log(System.Logger.Level.WARNING, "{0} stays: {1}", file(id), e);
        }
    }

    void delete(UUID id) {
        try {
            if (entries.containsKey(id)) {
                DurableFiles.delete(file(id));
                entries.remove(id);
            }
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.EIO, "what was written down in " + folder + " cannot be removed: " + e.getMessage(), "");
        }
    }

    private Path file(UUID id) {
        return folder.resolve(id + SUFFIX);
    }
}
