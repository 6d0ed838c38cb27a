/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.management.definition.Definition.Attribute;
import org.vfio4j.management.definition.Definition.Start;

/** A process that changes definitions until it is killed. Each definition's attributes count to the number in the first. */
final class KilledWriter {
    static final List<UUID> UUIDS = List.of(
            UUID.fromString("1f0f2d6a-0000-4000-8000-000000000001"),
            UUID.fromString("1f0f2d6a-0000-4000-8000-000000000002"),
            UUID.fromString("1f0f2d6a-0000-4000-8000-000000000003"));
    /** This one is only ever modified. */
    static final UUID LASTING = UUID.fromString("1f0f2d6a-0000-4000-8000-000000000004");

    private static final int MOST = 200;

    private KilledWriter() {}

    public static void main(String[] args) {
        Definitions definitions = new Definitions(Path.of(args[0]));
        definitions.prepare();
        System.out.println("ready");
        for (int i = 1; ; i = i % MOST + 1) {
            definitions.replace(definition(LASTING, i));
            for (UUID uuid : UUIDS) {
                Optional<Definition> known = definitions.find(uuid, Optional.empty());
                if (known.isEmpty()) {
                    definitions.define(definition(uuid, i));
                } else if (i % 3 == 0) {
                    definitions.undefine(known.get());
                } else {
                    definitions.replace(definition(uuid, i));
                }
            }
        }
    }

    /** A definition of {@code count} attributes. */
    static Definition definition(UUID uuid, int count) {
        List<Attribute> attributes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            attributes.add(new Attribute("count", String.valueOf(count)));
        }
        return new Definition(uuid, "mtty", "mtty-1", Start.AUTO, attributes);
    }

    static boolean isWhole(Definition definition) {
        int count = definition.attributes().size();
        return definition.equals(definition(definition.uuid(), count));
    }
}
