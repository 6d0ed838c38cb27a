/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.definition.Definition.Attribute;
import org.vfio4j.management.definition.Definition.Start;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.vfio.mdev.Uuids;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A definition as the control socket and {@code vfio list --defined -o json} have it.
 *
 * @param definition what is written down
 * @param isActive whether a device of that UUID is there now
 */
public record DefinedDevice(Definition definition, boolean isActive) {
    /** As JSON. */
    public ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("device", definition.uuid().toString())
                .put("parent", definition.parent())
                .put("type", definition.type())
                .put("start", definition.start().word())
                .put("active", isActive);
        ArrayNode attributes = node.putArray("attrs");
        definition
                .attributes()
                .forEach(a -> attributes.addObject().put("name", a.name()).put("value", a.value()));
        return node;
    }

    static DefinedDevice read(Cursor at) {
        return new DefinedDevice(
                new Definition(
                        Uuids.parse(at.at("device").text()),
                        at.at("parent").text(),
                        at.at("type").text(),
                        at.at("start").word(Start.values(), Start::word),
                        at.at("attrs").each(DefinedDevice::attribute)),
                at.at("active").flag());
    }

    static Attribute attribute(Cursor at) {
        return new Attribute(at.object().at("name").text(), at.at("value").text());
    }
}
