/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that are whole whenever the process or the machine stops: written aside, synced, renamed, and the folder synced. */
public final class DurableFiles {
    private static final String ASIDE = ".vfio4j-";

    private DurableFiles() {}

    /** The file's bytes, the first {@code limit} of them. */
    public static byte[] read(Path file, int limit) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return in.readNBytes(limit);
        }
    }

    /** Puts this in the file's place, which may be a new one; its folder is made. */
    public static void write(Path file, byte[] content) throws IOException {
        Path folder = folder(file);
        makeFolder(folder);
        Path aside = folder.resolve(ASIDE + UUID.randomUUID());
        try {
            try (FileChannel channel =
                    FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                ByteBuffer rest = ByteBuffer.wrap(content);
                while (rest.hasRemaining()) {
                    channel.write(rest);
                }
                channel.force(true);
            }
            Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            Files.deleteIfExists(aside);
            throw e;
        }
        sync(folder);
    }

    /** Removes a file for good. */
    public static void delete(Path file) throws IOException {
        Files.delete(file);
        sync(folder(file));
    }

    /** Removes what {@link #write} left aside when its process was killed. */
    public static void clean(Path folder) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, ASIDE + "*")) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | DirectoryIteratorException e) {
            // they do no harm but to the eye; the next start tries again
        }
    }

    private static void makeFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path above = folder(folder);
        makeFolder(above);
        Files.createDirectories(folder);
        sync(above);
    }

    /** The rename itself reaches the disk. */
    private static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path folder(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is in no folder");
        }
        return folder;
    }
}
