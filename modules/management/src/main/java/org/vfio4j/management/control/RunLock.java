/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.host.RefusedException;

/** The run folder, held by one living process: its pid file is locked, which ends with the process however that ends. */
public final class RunLock implements AutoCloseable {
    private final FileChannel pidFile;
    private final Folders folders;

    private RunLock(FileChannel pidFile, Folders folders) {
        this.pidFile = pidFile;
        this.folders = folders;
    }

    /**
     * Makes the folder, mode 0700, takes it, and clears away the socket of a host that died.
     *
     * @throws RefusedException EBUSY if another process has it; EACCES if it is another user's, everybody may write to it, or it cannot be made
     */
    public static RunLock take(Folders folders) {
        try {
            Path run = folders.run();
            Path above = run.toAbsolutePath().getParent();
            if (above != null) {
                Files.createDirectories(above);
            }
            if (!Files.isDirectory(run)) {
                Files.createDirectory(
                        run, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.getOwner(run).equals(Files.getOwner(Path.of("/proc/self")))) {
                throw new RefusedException(
                        Errno.EACCES,
                        "the folder " + run + " belongs to " + Files.getOwner(run),
                        "Name one of your own with --run-dir.");
            }
            if (Files.getPosixFilePermissions(run).contains(PosixFilePermission.OTHERS_WRITE)) {
                throw new RefusedException(
                        Errno.EACCES,
                        "everybody may write to the folder " + run
                                + ", and so put other sockets in the place of this host's",
                        "Name one of your own with --run-dir, or chmod 700 it.");
            }
            return locked(folders);
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.EACCES,
                    "cannot use " + folders.run() + " as the run folder: " + FileTrouble.words(e),
                    "Name another with --run-dir.");
        }
    }

    private static RunLock locked(Folders folders) throws IOException {
        FileChannel channel = FileChannel.open(
                folders.pidFile(),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                LinkOption.NOFOLLOW_LINKS);
        try {
            if (!lock(channel)) {
                String pid = Files.readString(folders.pidFile()).strip();
                throw new RefusedException(
                        Errno.EBUSY,
                        "a host is running already in " + folders.run() + " (pid " + pid + ")",
                        "Use it (vfio list --host user), stop it (kill " + pid
                                + "), or start another one elsewhere with --run-dir.");
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            Files.deleteIfExists(folders.socket());
            return new RunLock(channel, folders);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The lock goes with the channel. */
    private static boolean lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Gives the folder free. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(folders.pidFile());
            pidFile.close();
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.EIO, "cannot give " + folders.run() + " free: " + FileTrouble.words(e), "");
        }
    }
}
