/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.FileTrouble;
import org.vfio4j.management.host.RefusedException;

/** The console's secret: 256 random bits, new at every start, in a file that its own user alone can read. */
public final class Token implements AutoCloseable {
    private static final int BYTES = 32;

    private final String text;
    private final Path file;

    private Token(String text, Path file) {
        this.text = text;
        this.file = file;
    }

    /** Makes one and writes it to a new file, mode 0600, in place of what a dead host left there. */
    public static Token in(Path file) {
        String text = random();
        try {
            Files.deleteIfExists(file);
            try (SeekableByteChannel channel = Files.newByteChannel(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                ByteBuffer bytes = ByteBuffer.wrap((text + "\n").getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            return new Token(text, file);
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.EACCES,
                    "the console's token cannot be written to " + file + ": " + FileTrouble.words(e),
                    "Name another folder with --run-dir.");
        }
    }

    /** As many random bits as cannot be guessed, as text. */
    static String random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The secret itself. */
    public String text() {
        return text;
    }

    /** Where it is written. */
    public Path file() {
        return file;
    }

    /** Takes the file away. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new RefusedException(Errno.EIO, "cannot remove " + file + ": " + FileTrouble.words(e), "");
        }
    }
}
