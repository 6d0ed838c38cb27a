/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.vfio.mdev.Uuids;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A device on its way, as one of the two hosts calls it: the source's names are in its own journal, the destination's in the offer and there.
 *
 * @param id of this move and no other, whichever device it is about
 * @param device its name
 * @param parent its parent's name
 * @param type its type's id
 * @param definitionOrNull how it is written down; null if it is not
 */
public record Migrant(
        UUID id,
        UUID device,
        String parent,
        String type,
        @Nullable Definition definitionOrNull) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    /** How it is written down. */
    public Optional<Definition> definition() {
        return Optional.ofNullable(definitionOrNull);
    }

    /** What it is made from: its definition, or one with nothing but the names. */
    Definition plan() {
        return definition().orElseGet(() -> new Definition(device, parent, type, Definition.Start.MANUAL, List.of()));
    }

    ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("id", id.toString())
                .put("device", device.toString())
                .put("parent", parent)
                .put("type", type);
        if (definitionOrNull != null) {
            node.set("definition", MAPPER.readTree(definitionOrNull.json()));
        }
        return node;
    }

    static Migrant read(Cursor at) {
        UUID device = Uuids.parse(at.at("device").text());
        String parent = at.at("parent").text();
        Cursor definition = at.at("definition");
        Migrant migrant = new Migrant(
                Uuids.parse(at.at("id").text()),
                device,
                parent,
                at.at("type").text(),
                definition.isAbsent()
                        ? null
                        : Definition.read(device, parent, MAPPER.writeValueAsBytes(definition.node())));
        migrant.plan(); // refuses names that cannot be
        return migrant;
    }
}
