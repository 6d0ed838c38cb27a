/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.definition.Definition.Attribute;
import org.vfio4j.management.definition.Definition.Start;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import tools.jackson.databind.json.JsonMapper;

/**
 * The content of a definition's file, as mdevctl 1.4.0 writes and reads it: {@code mdev_type}, {@code start} and {@code attrs}, a list of objects
 * with one key each. Keys that mdevctl does not know are passed over, as it does.
 */
final class DefinitionFile {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private DefinitionFile() {}

    /** EPROTO, with the place, for what is no definition. */
    static Definition read(UUID uuid, String parent, byte[] json) {
        Cursor root = BoundedJson.parse(
                        json,
                        "definition",
                        Definition.MAX_BYTES,
                        (where, reason) -> new RefusedException(Errno.EPROTO, where + ": " + reason, ""))
                .object();
        Cursor start = root.at("start");
        return new Definition(
                uuid,
                parent,
                root.at("mdev_type").text(),
                start.isAbsent() ? Start.MANUAL : start.word(Start.values(), Start::word),
                root.at("attrs").eachOrNone(DefinitionFile::attribute));
    }

    static byte[] write(Definition definition) {
        String attributes = definition.attributes().stream()
                .map(a -> "    {\n      " + quoted(a.name()) + ": " + quoted(a.value()) + "\n    }")
                .collect(Collectors.joining(",\n", "[\n", "\n  ]"));
        String text = "{\n  \"mdev_type\": " + quoted(definition.type()) + ",\n  \"start\": "
                + quoted(definition.start().word()) + ",\n  \"attrs\": "
                + (definition.attributes().isEmpty() ? "[]" : attributes) + "\n}\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Attribute attribute(Cursor at) {
        List<Map.Entry<String, String>> entries =
                List.copyOf(at.object().entriesOrNone(Cursor::text).entrySet());
        if (entries.size() != 1) {
            throw at.wrong("an object with one key, the attribute's name");
        }
        return new Attribute(entries.getFirst().getKey(), entries.getFirst().getValue());
    }

    private static String quoted(String text) {
        return MAPPER.writeValueAsString(text);
    }
}
