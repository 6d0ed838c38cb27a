/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.vfio4j.vfio.tree.Node;

/**
 * The parts of the machine's own sysfs that programs need whatever host they are shown: the number of processors, control groups, and so on.
 * Where the host's tree has no such directory there is an empty one, at which {@link MountNamespace} binds the machine's.
 */
final class RealParts {
    /** Relative to {@code /sys}. */
    static final List<String> PATHS = List.of("devices/system", "firmware", "fs", "kernel/mm", "module", "power");

    private RealParts() {}

    /** The tree with the empty directories added. */
    static Node.Directory in(Node.Directory sys) {
        Places places = new Places(new TreeMap<>());
        PATHS.forEach(places::add);
        return new Extended(sys, places);
    }

    /** Directories by name, and those in them. */
    private record Places(Map<String, Places> below) {
        void add(String path) {
            Places at = this;
            for (String name : path.split("/", -1)) {
                at = at.below().computeIfAbsent(name, _ -> new Places(new TreeMap<>()));
            }
        }
    }

    /** A directory in which there are these too. */
    private record Extended(Node.Directory base, Places places) implements Node.Directory {
        @Override
        public List<String> names() {
            List<String> names = new ArrayList<>(base.names());
            places.below().keySet().stream().filter(it -> !names.contains(it)).forEach(names::add);
            return names;
        }

        @Override
        public Optional<Node> child(String name) {
            Optional<Node> own = base.child(name);
            Places at = places.below().get(name);
            if (at == null || (own.isPresent() && !(own.get() instanceof Node.Directory))) {
                return own;
            }
            Node.Directory directory = own.map(Node.Directory.class::cast).orElse(Empty.DIRECTORY);
            return Optional.of(at.below().isEmpty() ? directory : new Extended(directory, at));
        }
    }

    private enum Empty implements Node.Directory {
        DIRECTORY;

        @Override
        public List<String> names() {
            return List.of();
        }

        @Override
        public Optional<Node> child(String name) {
            return Optional.empty();
        }
    }
}
