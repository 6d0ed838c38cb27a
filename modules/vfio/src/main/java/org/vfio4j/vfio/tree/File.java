/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/** An attribute made of two functions; ENODEV once what it belongs to is gone. */
final class File implements Node.Attribute {
    /** A page: sysfs_emit of fs/sysfs/file.c cuts off what is longer. */
    private static final int MAX_CONTENT = 4096;

    private static final int READ_ONLY = 0444;
    private static final int WRITE_ONLY = 0200;
    private static final int READ_AND_WRITE = 0644;

    private final BooleanSupplier alive;
    private final int mode;
    private final @Nullable Supplier<byte[]> show;
    private final @Nullable Consumer<byte[]> store;

    private File(BooleanSupplier alive, int mode, @Nullable Supplier<byte[]> show, @Nullable Consumer<byte[]> store) {
        this.alive = alive;
        this.mode = mode;
        this.show = show;
        this.store = store;
    }

    /** A line that all can read; the newline is added. */
    static File line(BooleanSupplier alive, Supplier<String> text) {
        return new File(alive, READ_ONLY, () -> bytes(text.get() + "\n"), null);
    }

    /** A line that all can read and the owner can write. */
    static File line(BooleanSupplier alive, Supplier<String> text, Consumer<byte[]> store) {
        return new File(alive, READ_AND_WRITE, () -> bytes(text.get() + "\n"), store);
    }

    /** Lines that all can read; the newline is added if there is any text. */
    static File lines(BooleanSupplier alive, Supplier<String> text) {
        return new File(alive, READ_ONLY, () -> lines(text.get()), null);
    }

    /** The same, and the owner can write. */
    static File lines(BooleanSupplier alive, Supplier<String> text, Consumer<byte[]> store) {
        return new File(alive, READ_AND_WRITE, () -> lines(text.get()), store);
    }

    private static byte[] lines(String text) {
        return bytes(text.isEmpty() ? "" : text + "\n");
    }

    /** Bytes that all can read and the owner can write. */
    static File bytes(BooleanSupplier alive, Supplier<byte[]> content, Consumer<byte[]> store) {
        return new File(alive, READ_AND_WRITE, content, store);
    }

    /** Bytes with the mode of those that the owner can write, though here he cannot. */
    static File fixed(BooleanSupplier alive, Supplier<byte[]> content) {
        return new File(alive, READ_AND_WRITE, content, null);
    }

    /** What only the owner can write. */
    static File writeOnly(BooleanSupplier alive, Consumer<byte[]> store) {
        return new File(alive, WRITE_ONLY, null, store);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public int mode() {
        return mode;
    }

    @Override
    public byte[] show() {
        requireAlive();
        if (show == null) {
            throw new VfioException(Errno.EACCES, "the attribute cannot be read");
        }
        byte[] content = show.get();
        return content.length > MAX_CONTENT ? Arrays.copyOf(content, MAX_CONTENT) : content;
    }

    @Override
    public void store(byte[] written) {
        requireAlive();
        if (store == null) {
            throw new VfioException(Errno.EACCES, "the attribute cannot be written");
        }
        store.accept(written);
    }

    private void requireAlive() {
        if (!alive.getAsBoolean()) {
            throw new VfioException(Errno.ENODEV, "what the attribute belongs to is gone");
        }
    }
}
