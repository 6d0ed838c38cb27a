/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fuse;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
        return new Extended(
                sys, PATHS.stream().map(it -> List.of(it.split("/"))).toList());
    }

    /** A directory with more of them below it: {@code missing} are paths, relative to this directory. */
    private record Extended(Node.Directory base, List<List<String>> missing) implements Node.Directory {
        @Override
        public List<String> names() {
            List<String> names = new ArrayList<>(base.names());
            missing.stream()
                    .map(List::getFirst)
                    .distinct()
                    .filter(it -> !names.contains(it))
                    .forEach(names::add);
            return names;
        }

        @Override
        public Optional<Node> child(String name) {
            Optional<Node> own = base.child(name);
            List<List<String>> below = missing.stream()
                    .filter(it -> it.getFirst().equals(name))
                    .map(it -> it.subList(1, it.size()))
                    .toList();
            if (below.isEmpty() || (own.isPresent() && !(own.get() instanceof Node.Directory))) {
                return own;
            }
            Node.Directory directory = own.map(Node.Directory.class::cast).orElse(Empty.DIRECTORY);
            List<List<String>> deeper =
                    below.stream().filter(it -> !it.isEmpty()).toList();
            return Optional.of(deeper.isEmpty() ? directory : new Extended(directory, deeper));
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
