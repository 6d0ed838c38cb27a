/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A domain of plan/differences.txt, whose head says what its fields mean.
 *
 * @param title of the domain
 * @param fields by their names
 * @param xml the domain's devices, with types for UUIDs
 */
record Difference(String title, Map<String, String> fields, String xml) {
    private static final List<String> NAMES = List.of("device", "wishes", "schema", "libvirt", "qemu", "planner");

    /** All of them. */
    static List<Difference> all() {
        try (InputStream in = Difference.class.getResourceAsStream("plan/differences.txt")) {
            if (in == null) {
                throw new IllegalStateException("there is no plan/differences.txt");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(text.split("(?m)^== ", -1))
                    .skip(1)
                    .map(Difference::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Difference of(String block) {
        List<String> lines = block.lines().toList();
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < NAMES.size(); i++) {
            String[] parts = lines.get(i + 1).split(" +", 2);
            if (!parts[0].equals(NAMES.get(i))) {
                throw new IllegalStateException(NAMES.get(i) + " is missing in: " + block);
            }
            fields.put(parts[0], parts[1]);
        }
        return new Difference(
                lines.getFirst(), fields, String.join("\n", lines.subList(NAMES.size() + 1, lines.size())));
    }

    String field(String name) {
        return fields.getOrDefault(name, "");
    }

    /** The types of its devices. */
    List<String> devices() {
        return List.of(field("device").split(",", -1));
    }

    /** Whether it is a machine of s390x. */
    boolean isS390() {
        return field("device").startsWith("vfio-");
    }

    @Override
    public String toString() {
        return title;
    }
}
