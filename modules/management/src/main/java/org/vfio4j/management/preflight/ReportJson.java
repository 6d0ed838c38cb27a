/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a check, stable for scripts: {@code blocked}, the findings, which device becomes which, and the downtime. */
public final class ReportJson {
    private ReportJson() {}

    /** All of a check's result. */
    public static ObjectNode of(Snapshot source, Snapshot destination, Report report) {
        ObjectNode document = Json.document(source.host());
        document.put("from", source.hostName())
                .put("to", destination.hostName())
                .put("blocked", report.isBlocked());
        Json.findings(document.putArray("findings"), report.findings());
        ArrayNode devices = document.putArray("devices");
        report.devices()
                .forEach(mapping -> devices.addObject()
                        .put("source", mapping.source())
                        .put("destination", mapping.destination())
                        .put("kind", mapping.kind().word())
                        .put("type", mapping.typeOrNull())
                        .put("make_on", mapping.parentOrNull()));
        ObjectNode downtime =
                document.putObject("downtime").put("ms", report.downtime().millisOrNull());
        ArrayNode assumptions = downtime.putArray("assumptions");
        report.downtime().assumptions().forEach(assumptions::add);
        return document;
    }
}
