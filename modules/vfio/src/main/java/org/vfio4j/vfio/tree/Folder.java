/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A directory: entries that are always there, then those of a changing set. It is empty once what it belongs to is gone. */
final class Folder implements Node.Directory {
    private final BooleanSupplier alive;
    private final Map<String, Supplier<Node>> fixed;
    private final Supplier<List<String>> names;
    private final Function<String, Optional<Node>> finder;

    private Folder(
            BooleanSupplier alive,
            Map<String, Supplier<Node>> fixed,
            Supplier<List<String>> names,
            Function<String, Optional<Node>> finder) {
        this.alive = alive;
        this.fixed = fixed;
        this.names = names;
        this.finder = finder;
    }

    /** A directory whose entries change: {@code names} lists them, {@code finder} finds one. */
    static Folder of(Supplier<List<String>> names, Function<String, Optional<Node>> finder) {
        return new Folder(() -> true, Map.of(), names, finder);
    }

    /** Starts one that is there as long as {@code alive} says so. */
    static Builder whileTrue(BooleanSupplier alive) {
        return new Builder(alive);
    }

    /** Starts one that is always there. */
    static Builder always() {
        return new Builder(() -> true);
    }

    @Override
    public List<String> names() {
        if (!alive.getAsBoolean()) {
            return List.of();
        }
        List<String> changing = names.get();
        if (changing.isEmpty()) {
            return List.copyOf(fixed.keySet());
        }
        List<String> all = new ArrayList<>(fixed.keySet());
        all.addAll(changing);
        return all;
    }

    @Override
    public Optional<Node> child(String name) {
        if (!alive.getAsBoolean()) {
            return Optional.empty();
        }
        @Nullable Supplier<Node> entry = fixed.get(name);
        return entry == null ? finder.apply(name) : Optional.of(entry.get());
    }

    /** Collects a directory's entries. */
    static final class Builder {
        private final BooleanSupplier alive;
        private final Map<String, Supplier<Node>> fixed = new LinkedHashMap<>();
        private Supplier<List<String>> names = List::of;
        private Function<String, Optional<Node>> finder = name -> Optional.empty();

        private Builder(BooleanSupplier alive) {
            this.alive = alive;
        }

        /** An entry. */
        Builder entry(String name, Supplier<Node> node) {
            fixed.put(name, node);
            return this;
        }

        /** A file with one line that all can read. */
        Builder line(String name, Supplier<String> text) {
            return entry(name, () -> File.line(alive, text));
        }

        /** A link from this directory. */
        Builder link(String name, String folder, String target) {
            return entry(name, () -> Links.from(folder, target));
        }

        /** The entries that change. */
        Builder entries(Supplier<List<String>> changing, Function<String, Optional<Node>> find) {
            this.names = changing;
            this.finder = find;
            return this;
        }

        /** Whether there is an entry of this name that is always there. */
        boolean has(String name) {
            return fixed.containsKey(name);
        }

        BooleanSupplier alive() {
            return alive;
        }

        Folder build() {
            return new Folder(alive, fixed, names, finder);
        }
    }
}
