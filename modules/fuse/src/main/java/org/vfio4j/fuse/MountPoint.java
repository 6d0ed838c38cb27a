/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.Unmount;

/** The folder a tree is mounted at: made ready before, left as it was after. */
final class MountPoint {
    /** What our mounts call their source. */
    static final String SOURCE = "vfio4j";

    private static final System.Logger LOG = System.getLogger(MountPoint.class.getName());
    private static final String TYPE = "fuse.sysfs";
    private static final long ANSWERS_WITHIN_SECONDS = 10;
    private static final long FUSERMOUNT_ENDS_WITHIN_SECONDS = 10;

    private MountPoint() {}

    static boolean isOurs(MountTable.Mount mount) {
        return mount.type().equals(TYPE) && mount.source().equals(SOURCE);
    }

    /**
     * Makes the folder, and takes off it what a crashed host has left there.
     *
     * @return the folder's own path, without links
     */
    static Path prepare(Path at) {
        Path place = withoutLinks(at.toAbsolutePath().normalize());
        for (int layer = 0; isOurs(MountTable.read(), place); layer++) {
            if (state(place) != State.DEAD) {
                throw MountException.at(
                        place,
                        Errno.EBUSY,
                        "a running host is mounted there",
                        "Choose another folder, or end that host first.");
            }
            if (layer == 100) {
                throw MountException.at(
                        place, Errno.EBUSY, "a dead mount cannot be taken off", "Unmount it: umount -l " + place);
            }
            LOG.log(System.Logger.Level.INFO, "unmounting what a crashed host left at {0}", place);
            unmount(place);
        }
        try {
            return Files.createDirectories(place).toRealPath();
        } catch (FileAlreadyExistsException e) {
            throw MountException.at(place, Errno.ENOTDIR, "it is not a folder", "Choose a folder.");
        } catch (IOException e) {
            throw MountException.at(
                    place,
                    Errno.EACCES,
                    "the folder cannot be made (" + FileTrouble.words(e) + ")",
                    "Choose another folder.");
        }
    }

    private static boolean isOurs(MountTable table, Path place) {
        return table.at(place).filter(MountPoint::isOurs).isPresent();
    }

    /** The mount table has paths without links; the last name may be a dead mount, of which nothing can be asked. */
    private static Path withoutLinks(Path place) {
        Path parent = place.getParent();
        Path name = place.getFileName();
        if (parent == null || name == null) {
            return place;
        }
        try {
            return Files.isSymbolicLink(place)
                    ? place.toRealPath()
                    : parent.toRealPath().resolve(name);
        } catch (IOException e) {
            return place;
        }
    }

    /** Whether who serves a mount is alive. */
    enum State {
        ALIVE,
        DEAD,
        SILENT
    }

    /** Asks about the root of a mount. Asked on another thread: a host that hangs would hold this one. */
    private static State state(Path place) {
        CompletableFuture<State> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("mount-probe").start(() -> {
            try {
                Files.readAttributes(place, BasicFileAttributes.class);
                answer.complete(State.ALIVE);
            } catch (IOException | RuntimeException e) {
                answer.complete(State.DEAD);
            }
        });
        try {
            return answer.get(ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException _) {
            return State.SILENT;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return State.SILENT;
        }
    }

    /** Takes the topmost mount off the folder: by ourselves as root, else with the help of fusermount3, which may. */
    static void unmount(Path place) {
        try {
            Unmount.now(place.toString());
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPERM) {
                LOG.log(System.Logger.Level.WARNING, "cannot unmount: {0}", e.getMessage());
                return;
            }
            fusermount(place)
                    .ifPresent(it -> LOG.log(System.Logger.Level.WARNING, "cannot unmount {0}: {1}", place, it));
        }
    }

    /** What went wrong, if anything did. */
    private static Optional<String> fusermount(Path place) {
        List<String> command = List.of("fusermount3", "-u", "-z", "--", place.toString());
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(FUSERMOUNT_ENDS_WITHIN_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of("fusermount3 does not end");
            }
            return process.exitValue() == 0 ? Optional.empty() : Optional.of("fusermount3 failed");
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
