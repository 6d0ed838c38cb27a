/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.util.List;
import java.util.TreeMap;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.snapshot.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Parts of answers as JSON, the same for whoever gives them. */
public final class AnswerJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private AnswerJson() {}

    /** {@code places}, {@code hosts} of each verdict, and {@code ruled_out_by}. */
    public static void places(ObjectNode into, Places places) {
        ArrayNode all = into.putArray("places");
        for (Place place : places.places()) {
            ObjectNode node = all.addObject()
                    .put("host_name", place.host())
                    .put("parent", place.parentOrNull())
                    .put("fits", place.fit().verdict().word())
                    .put("left_after", place.leftAfter());
            ArrayNode shrinking = node.putArray("shrinks");
            place.shrinking().forEach(shrinking::add);
            Json.findings(node.putArray("findings"), place.findings());
        }
        ObjectNode hosts = into.putObject("hosts");
        for (Verdict verdict : Verdict.values()) {
            hosts.put(verdict.word(), places.hosts(verdict));
        }
        ObjectNode blockers = into.putObject("ruled_out_by");
        new TreeMap<>(places.blockers()).forEach(blockers::put);
    }

    /**
     * A step of a drain.
     *
     * @param findings which of its findings are to be told
     */
    public static ObjectNode step(Drain.Step step, List<Finding> findings) {
        ObjectNode node = NODES.objectNode().put("to", step.to()).put("held_by", step.holder());
        ArrayNode devices = node.putArray("devices");
        step.devices()
                .forEach(m -> devices.addObject()
                        .put("source", m.source())
                        .put("destination", m.destination())
                        .put("type", m.typeOrNull())
                        .put("make_on", m.parentOrNull()));
        Json.findings(node.putArray("findings"), findings);
        return node;
    }

    /** What stays, and why. */
    public static ObjectNode staying(Drain.Staying staying) {
        ObjectNode node = NODES.objectNode().put("held_by", staying.holder());
        ArrayNode devices = node.putArray("devices");
        staying.devices().forEach(devices::add);
        Json.findings(node.putArray("findings"), staying.why());
        return node;
    }
}
