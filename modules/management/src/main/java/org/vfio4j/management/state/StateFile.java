/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.state;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A device's saved state in a file: a header that says whose it is and what it has to be, and the driver's own stream behind it. A state is a
 * guest's secret, so the file is its owner's alone.
 *
 * @param about whose state it is
 * @param length of the state, in bytes
 * @param path of the file
 */
public record StateFile(StateAbout about, long length, Path path) {
    private static final int PIECE = 256 << 10;

    /** Writes the state itself. */
    @FunctionalInterface
    public interface Content {
        void writeTo(WritableByteChannel to) throws IOException;
    }

    /** Writes a file. It is there, mode 0600 and on the disk, when this returns, and not at all if anything fails; one of that name is replaced. */
    public static StateFile write(Path path, StateAbout about, Content content) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new NoSuchFileException(String.valueOf(folder));
        }
        Path written = Files.createTempFile(folder, ".vfio", ".state");
        try {
            long length;
            try (FileChannel file = FileChannel.open(written, StandardOpenOption.WRITE)) {
                MessageDigest digest = sha256();
                file.position(StateHeader.SIZE);
                content.writeTo(new Digesting(file, digest));
                length = file.position() - StateHeader.SIZE;
                ByteBuffer header = new StateHeader(about, length, ByteBuffer.wrap(digest.digest())).write();
                for (long at = 0; header.hasRemaining(); ) {
                    at += file.write(header, at);
                }
                file.force(true);
            }
            Files.move(written, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return new StateFile(about, length, path);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    /**
     * Reads a file's header and checks all of it.
     *
     * @throws StateFileException if it is none, or not as it was written
     */
    public static StateFile read(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path)) {
            StateHeader header = StateHeader.read(begin(file));
            long length = file.size() - StateHeader.SIZE;
            if (length != header.length()) {
                throw new StateFileException("has " + length + " bytes of a state of " + header.length());
            }
            MessageDigest digest = sha256();
            ByteBuffer piece = ByteBuffer.allocate(PIECE);
            file.position(StateHeader.SIZE);
            while (file.read(piece) >= 0) {
                digest.update(piece.flip());
                piece.clear();
            }
            ByteBuffer found = ByteBuffer.wrap(digest.digest());
            if (!found.equals(header.digest())) {
                throw new StateFileException("was changed after it was saved: its SHA-256 is "
                        + HexFormat.of().formatHex(found.array()));
            }
            return new StateFile(header.about(), length, path);
        }
    }

    /** The state itself; the caller closes it. */
    public ReadableByteChannel open() throws IOException {
        FileChannel file = FileChannel.open(path);
        try {
            return file.position(StateHeader.SIZE);
        } catch (IOException e) {
            file.close();
            throw e;
        }
    }

    private static byte[] begin(FileChannel file) throws IOException {
        ByteBuffer begin = ByteBuffer.allocate(StateHeader.SIZE);
        int read = 0;
        while (begin.hasRemaining() && read >= 0) {
            read = file.read(begin);
        }
        byte[] bytes = new byte[begin.position()];
        begin.flip().get(bytes);
        return bytes;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Writes to the file, and digests what it writes. Closing it leaves the file open. */
    private record Digesting(FileChannel file, MessageDigest digest) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            digest.update(bytes.duplicate());
            int count = bytes.remaining();
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            return count;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() {}
    }
}
