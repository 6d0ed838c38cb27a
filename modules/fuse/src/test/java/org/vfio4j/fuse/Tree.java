/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.tree.Node;

/** A directory that tests fill and change while it is mounted. */
final class Tree implements Node.Directory {
    private final Map<String, Node> entries = new ConcurrentSkipListMap<>();

    Tree put(String name, Node node) {
        entries.put(name, node);
        return this;
    }

    /** The directory of that name, made if it is not there. */
    Tree folder(String name) {
        return (Tree) entries.computeIfAbsent(name, _ -> new Tree());
    }

    Tree text(String name, String text) {
        return put(name, readable(() -> text));
    }

    void remove(String name) {
        entries.remove(name);
    }

    @Override
    public List<String> names() {
        return new ArrayList<>(entries.keySet());
    }

    @Override
    public Optional<Node> child(String name) {
        return Optional.ofNullable(entries.get(name));
    }

    static Node.Attribute readable(Supplier<String> show) {
        return new Attribute(0444, show, _ -> {
            throw new VfioException(Errno.EACCES, "not to be written");
        });
    }

    static Node.Attribute writable(Consumer<String> store) {
        return new Attribute(
                0200,
                () -> {
                    throw new VfioException(Errno.EACCES, "not to be read");
                },
                store);
    }

    record Attribute(int mode, Supplier<String> text, Consumer<String> taker) implements Node.Attribute {
        @Override
        public byte[] show() {
            return text.get().getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void store(byte[] written) {
            taker.accept(new String(written, StandardCharsets.UTF_8));
        }
    }
}
