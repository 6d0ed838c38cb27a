/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Follows paths through a tree, links on the way included, as a user of a mounted one does. */
final class Walk {
    private final Node.Directory root;

    Walk(Node.Directory root) {
        this.root = root;
    }

    Optional<Node> find(String path) {
        return find(List.of(), parts(path), 0);
    }

    String read(String path) {
        return new String(attribute(path).show(), StandardCharsets.UTF_8);
    }

    void write(String path, String text) {
        attribute(path).store(text.getBytes(StandardCharsets.UTF_8));
    }

    Node.Attribute attribute(String path) {
        return (Node.Attribute) find(path).orElseThrow(() -> new AssertionError("there is no " + path));
    }

    List<String> list(String path) {
        return ((Node.Directory) find(path).orElseThrow(() -> new AssertionError("there is no " + path)))
                .names().stream().sorted().toList();
    }

    private Optional<Node> find(List<String> at, List<String> rest, int links) {
        Node node = root;
        ArrayList<String> walked = new ArrayList<>(at);
        for (String name : at) {
            node = ((Node.Directory) node).child(name).orElseThrow();
        }
        for (int i = 0; i < rest.size(); i++) {
            String name = rest.get(i);
            if (name.equals("..")) {
                walked.removeLast();
                return find(List.copyOf(walked), rest.subList(i + 1, rest.size()), links);
            }
            Optional<Node> child = ((Node.Directory) node).child(name);
            if (child.isEmpty()) {
                return Optional.empty();
            }
            if (child.get() instanceof Node.Link(String target)) {
                ArrayList<String> on = new ArrayList<>(parts(target));
                on.addAll(rest.subList(i + 1, rest.size()));
                return find(List.copyOf(walked), on, links + 1);
            }
            node = child.get();
            walked.add(name);
        }
        return Optional.of(node);
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/")).filter(part -> !part.isEmpty()).toList();
    }
}
