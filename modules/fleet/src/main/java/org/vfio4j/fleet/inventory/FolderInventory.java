/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.definition.DurableFiles;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * A folder of snapshots: {@code NAME.json} as {@code vfio snapshot} writes it, each whole at any moment, since files are written aside and
 * renamed. A host that publishes itself also has {@code NAME.lease}, and is gone when that has not been renewed in time; a file that somebody
 * put there stays. Reservations are in {@code reservations/HOST/UUID.json}. Writers take turns by a lock on {@code .lock}; readers never wait.
 */
public final class FolderInventory implements FleetInventory {
    private static final Duration LOOKS_EVERY = Duration.ofSeconds(1);
    private static final Duration TURN_WITHIN = Duration.ofSeconds(30);
    private static final int LOCK_MILLIS = 3;

    private final Path folder;
    private final InstantSource clock;

    /** The inventory in this folder, which is made when something is written to it. */
    public FolderInventory(Path folder, InstantSource clock) {
        this.folder = folder;
        this.clock = clock;
    }

    @Override
    public Fleet read() {
        return new FolderScan(folder, clock).next().orElseThrow();
    }

    @Override
    public Following follow(Consumer<Fleet> listener) {
        FolderScan scan = new FolderScan(folder, clock);
        scan.next().ifPresent(listener);
        try {
            WatchService changes = folder.getFileSystem().newWatchService();
            folder.register(
                    changes,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_DELETE,
                    StandardWatchEventKinds.ENTRY_MODIFY);
            Thread.ofPlatform().daemon().name("folder inventory").start(() -> watch(changes, scan, listener));
            return () -> close(changes);
        } catch (IOException e) {
            throw failed("watch", e);
        }
    }

    @Override
    public Publication publish(String host, Duration ttl) {
        return new FolderPublication(this, HostNames.require(host), ttl);
    }

    @Override
    public Reservation reserve(Claim claim) {
        return inTurn(() -> {
            FolderScan.Host host = new FolderScan(folder, clock).host(claim.host());
            Optional<RefusedException> refusal = Room.refusal(host.snapshotOrNull(), host.reservations(), claim);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
            Reservation reservation = Reservation.of(claim, clock.instant());
            write(reservation);
            return reservation;
        });
    }

    @Override
    public Optional<Reservation> reservation(String host, UUID id) {
        return new FolderScan(folder, clock).reservation(HostNames.require(host), id);
    }

    @Override
    public Reservation extend(Reservation reservation, Duration lifetime) {
        return inTurn(() -> {
            FolderScan.Host host = new FolderScan(folder, clock).host(reservation.host());
            if (host.reservations().stream().noneMatch(r -> r.id().equals(reservation.id()))) {
                throw gone(reservation.id());
            }
            Reservation extended = reservation.until(clock.instant().plus(lifetime));
            write(extended);
            return extended;
        });
    }

    @Override
    public void release(String host, UUID id) {
        inTurn(() -> {
            delete(claimed(host, id));
            return true;
        });
    }

    @Override
    public void close() {
        // nothing is held
    }

    /** There is no such reservation, any more. */
    public static RefusedException gone(UUID id) {
        return new RefusedException(
                Errno.ESRCH,
                "there is no reservation " + id + ": it has expired, was fulfilled, or never was",
                "Reserve anew: vfio fleet reserve.");
    }

    Path snapshot(String host) {
        return folder.resolve(HostNames.require(host) + FolderScan.SNAPSHOT);
    }

    Path lease(String host) {
        return folder.resolve(HostNames.require(host) + FolderScan.LEASE);
    }

    Path claimed(String host, UUID id) {
        return folder.resolve(FolderScan.RESERVATIONS)
                .resolve(HostNames.require(host))
                .resolve(id + FolderScan.SNAPSHOT);
    }

    Optional<Snapshot> published(String host) {
        return Optional.ofNullable(new FolderScan(folder, clock).host(host).snapshotOrNull());
    }

    FolderScan.Host host(String host) {
        return new FolderScan(folder, clock).host(host);
    }

    void write(Path file, byte[] content) {
        try {
            DurableFiles.write(file, content);
        } catch (IOException e) {
            throw failed("write", e);
        }
    }

    void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failed("remove from", e);
        }
    }

    /** Does it while nobody else writes, whoever that is. */
    <T> T inTurn(Supplier<T> action) {
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw failed("write", e);
        }
        Path file = folder.resolve(".lock");
        try (Fd lock = FileIo.open(file.toString(), FileIo.O_RDWR | FileIo.O_CREAT | FileIo.O_NOFOLLOW)) {
            long deadline = System.nanoTime() + TURN_WITHIN.toNanos();
            while (!FileIo.tryLock(lock)) {
                if (System.nanoTime() > deadline) {
                    throw new UnreachableException(
                            Errno.EBUSY, file + " has been locked for " + TURN_WITHIN.toSeconds() + " s");
                }
                TimeUnit.MILLISECONDS.sleep(LOCK_MILLIS);
            }
            return action.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException(Errno.EINTR, "interrupted while waiting for " + file);
        }
    }

    private void write(Reservation reservation) {
        write(claimed(reservation.host(), reservation.id()), reservation.write());
    }

    private static void watch(WatchService changes, FolderScan scan, Consumer<Fleet> listener) {
        try {
            while (true) {
                WatchKey key = changes.poll(LOOKS_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                if (key != null) {
                    key.pollEvents();
                    key.reset();
                }
                scan.next().ifPresent(listener);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ClosedWatchServiceException e) {
            // nobody follows any more
        }
    }

    private static void close(WatchService changes) {
        try {
            changes.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private RefusedException failed(String what, IOException e) {
        return new RefusedException(
                Errno.EIO,
                "cannot " + what + " the inventory folder " + folder + ": " + FileTrouble.words(e),
                "See to the folder's permissions and the disk's space.");
    }
}
