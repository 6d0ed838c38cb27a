/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.FileStatus;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotException;
import org.vfio4j.management.snapshot.SnapshotReader;

/** Looks through an inventory folder, again and again: a file is read once for each time that it was written. For one thread. */
final class FolderScan {
    static final String SNAPSHOT = ".json";
    static final String LEASE = ".lease";
    static final String RESERVATIONS = "reservations";

    private static final int MAX_LEASE = 32;
    private static final int MAX_RESERVATIONS = 10_000;

    private final Path folder;
    private final InstantSource clock;
    private final FleetState state = new FleetState();
    private final Map<String, Stamp> hosts = new HashMap<>();
    private final Map<Path, Reservation> reservations = new HashMap<>();
    private final Set<Path> unusable = new HashSet<>();
    private boolean isFirst = true;

    FolderScan(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** Which writing of a file it is: writers make a new file each time. */
    private record Stamp(Object file, Instant modified, long size) {
        static Stamp of(BasicFileAttributes attributes) {
            Object key = attributes.fileKey();
            return new Stamp(
                    key == null ? "" : key, attributes.lastModifiedTime().toInstant(), attributes.size());
        }
    }

    /** What is known of one host. */
    record Host(@Nullable Snapshot snapshotOrNull, List<Reservation> reservations) {}

    /** What there is now; empty if nothing has changed since the last time. */
    Optional<Fleet> next() {
        boolean changed = isFirst;
        isFirst = false;
        changed |= lookForHosts(names());
        changed |= lookForReservations();
        return changed ? Optional.of(state.fleet(0)) : Optional.empty();
    }

    /** One host alone. */
    Host host(String name) {
        lookForHosts(Set.of(HostNames.require(name) + SNAPSHOT));
        reservationsOf(folder.resolve(RESERVATIONS).resolve(name), new HashSet<>());
        return new Host(state.snapshotOrNull(name), state.reservations(name));
    }

    /** The reservation of that id: the one on a host, else one on another. */
    Optional<Reservation> reservation(String host, UUID id) {
        list(folder);
        lookForReservations();
        return reservations.values().stream()
                .filter(found -> found.id().equals(id))
                .min(Comparator.comparing(found -> !found.host().equals(host)));
    }

    private Set<String> names() {
        Set<String> names = new HashSet<>();
        for (Path file : list(folder)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(SNAPSHOT) && !name.startsWith(".")) {
                names.add(name);
            }
        }
        return names;
    }

    private boolean lookForHosts(Set<String> files) {
        boolean changed = false;
        Set<String> there = new HashSet<>();
        for (String file : files) {
            String name = file.substring(0, file.length() - SNAPSHOT.length());
            try {
                BasicFileAttributes attributes = Files.readAttributes(
                        folder.resolve(file), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
                if (!isExpired(name)) {
                    there.add(name);
                    changed |= look(name, folder.resolve(file), attributes);
                }
            } catch (NoSuchFileException e) {
                // it went away since it was listed
            } catch (IOException e) {
                there.add(name);
                changed |= hosts.put(name, new Stamp("unreadable", Instant.EPOCH, 0)) == null;
                state.report(name, new SnapshotException(file, "cannot be read: " + FileTrouble.words(e)));
            }
        }
        for (String gone : List.copyOf(hosts.keySet())) {
            if (!there.contains(gone)) {
                hosts.remove(gone);
                state.remove(gone);
                changed = true;
            }
        }
        return changed;
    }

    private boolean look(String name, Path file, BasicFileAttributes attributes) {
        Stamp stamp = Stamp.of(attributes);
        if (stamp.equals(hosts.put(name, stamp))) {
            return false;
        }
        state.put(name, () -> SnapshotReader.read(read(file, SnapshotReader.MAX_BYTES)));
        return true;
    }

    /** A host that renews itself, and has not in time. A lease that cannot be read is none. */
    private boolean isExpired(String name) {
        Path lease = folder.resolve(name + LEASE);
        try {
            Instant renewed =
                    Files.getLastModifiedTime(lease, LinkOption.NOFOLLOW_LINKS).toInstant();
            String text = new String(read(lease, MAX_LEASE), StandardCharsets.US_ASCII).strip();
            return renewed.plusMillis(Long.parseUnsignedLong(text) & Integer.MAX_VALUE)
                    .isBefore(clock.instant());
        } catch (IOException | NumberFormatException | SnapshotException e) {
            return false;
        }
    }

    private boolean lookForReservations() {
        boolean changed = false;
        Set<Path> there = new HashSet<>();
        for (Path of : list(folder.resolve(RESERVATIONS))) {
            if (HostNames.isValid(String.valueOf(of.getFileName()))) {
                changed |= reservationsOf(of, there);
            }
        }
        for (Path file : List.copyOf(reservations.keySet())) {
            if (!there.contains(file)) {
                forget(file);
                changed = true;
            }
        }
        for (Path file : List.copyOf(unusable)) {
            if (there.contains(file) || !Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
                unusable.remove(file);
                state.forgive(subject(file));
                changed = true;
            }
        }
        return changed;
    }

    private boolean reservationsOf(Path folderOfHost, Set<Path> there) {
        boolean changed = false;
        String host = String.valueOf(folderOfHost.getFileName());
        for (Path file : list(folderOfHost)) {
            if (!file.toString().endsWith(SNAPSHOT) || there.size() >= MAX_RESERVATIONS) {
                continue;
            }
            try {
                Reservation found = Reservation.read(read(file, Reservation.MAX_BYTES));
                if (!found.host().equals(host) || !file.endsWith(found.id() + SNAPSHOT)) {
                    throw new SnapshotException("reservation", "is another's");
                }
                if (found.expires().isBefore(clock.instant())) {
                    continue;
                }
                there.add(file);
                if (!found.equals(reservations.put(file, found))) {
                    state.put(host, found);
                    changed = true;
                }
            } catch (SnapshotException e) {
                if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) { // else it went away since it was listed
                    changed |= unusable.add(file);
                    state.report(subject(file), e);
                }
            }
        }
        return changed;
    }

    private String subject(Path file) {
        return folder.relativize(file).toString();
    }

    private void forget(Path file) {
        Reservation gone = reservations.remove(file);
        if (gone != null) {
            state.remove(gone.host(), gone.id());
        }
    }

    /** At most {@code limit} bytes, and one more if there are more. */
    private static byte[] read(Path file, int limit) {
        String name = String.valueOf(file.getFileName());
        // Not blocking: others write to this folder, and a pipe in the place of a file would hold whoever opens it.
        try (Fd fd = FileIo.open(file.toString(), FileIo.O_RDONLY | FileIo.O_NOFOLLOW | FileIo.O_NONBLOCK)) {
            FileStatus status = FileStatus.of(fd);
            if (!status.isRegular()) {
                throw new SnapshotException(name, "is no regular file");
            }
            return bytes(fd, Math.min(status.size(), limit + 1L));
        } catch (LinuxException e) {
            throw new SnapshotException(name, "cannot be read: " + e.getMessage());
        }
    }

    private static byte[] bytes(Fd fd, long size) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(size);
            long at = 0;
            while (at < size) {
                long count = FileIo.pread(fd, bytes.asSlice(at), at);
                if (count == 0) {
                    break;
                }
                at += count;
            }
            return bytes.asSlice(0, at).toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private List<Path> list(Path of) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(of)) {
            for (Path entry : stream) {
                entries.add(entry);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            if (of.equals(folder)) {
                throw unreadable("there is no such folder");
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw unreadable(e.toString());
        }
        return entries;
    }

    private ErrnoException unreadable(String why) {
        return new RefusedException(
                Errno.ENOENT,
                "cannot read the inventory folder " + folder + ": " + why,
                "Name a folder of snapshots, or etcd: --inventory etcd://HOST:2379.");
    }
}
