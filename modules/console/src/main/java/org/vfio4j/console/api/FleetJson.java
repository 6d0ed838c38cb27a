/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.fleet.inventory.FleetHost;
import org.vfio4j.fleet.inventory.Reservation;
import org.vfio4j.fleet.question.AnswerJson;
import org.vfio4j.fleet.question.Capacity;
import org.vfio4j.fleet.question.Drain;
import org.vfio4j.fleet.question.Places;
import org.vfio4j.linux.ForeignText;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Answers about many hosts for people who look at them: bounded, whatever hosts publish. What is left out is counted. */
final class FleetJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int MAX_TYPES = 500;
    private static final int MAX_VERSIONS = 12;
    private static final int MAX_FINDINGS = 50;
    private static final int MAX_DEVICES = 500;
    private static final int MAX_STEPS = 500;
    private static final int MAX_OF_STEP = 4;
    private static final int MAX_TEXT = 500;

    private FleetJson() {}

    /** The begin of every answer. */
    static ObjectNode document(Fleet fleet) {
        return Json.document("fleet").put("hosts_known", fleet.size()).put("revision", fleet.revision());
    }

    /** All in numbers. */
    static ObjectNode overview(Fleet fleet, HostFacts.Known known, List<Capacity> types) {
        ObjectNode document = document(fleet);
        long devices = 0;
        long inUse = 0;
        long reserved = 0;
        Map<String, Map<String, Integer>> versions = new LinkedHashMap<>();
        for (FleetHost host : fleet.hosts()) {
            HostFacts facts = known.of(host);
            devices += host.published().probes().size();
            inUse += facts.inUse();
            reserved += host.reservations().size();
            count(versions, "kernel", List.of(host.published().kernel()));
            count(versions, "qemu", List.of(facts.qemu()));
            count(versions, "driver", facts.drivers());
        }
        document.put("devices", devices).put("in_use", inUse).put("reserved", reserved);
        ArrayNode all = document.putArray("types");
        types.stream().limit(MAX_TYPES).forEach(type -> all.add(capacity(type)));
        document.put("types_left_out", Math.max(0, types.size() - MAX_TYPES));
        ObjectNode counted = document.putObject("versions");
        versions.forEach((what, counts) -> counted.set(what, mostFrequent(counts)));
        findings(document, fleet);
        return document;
    }

    private static ObjectNode capacity(Capacity of) {
        return NODES.objectNode()
                .put("type", cut(of.type()))
                .put("name", of.nameOrNull() == null ? null : cut(of.nameOrNull()))
                .put("made", of.made())
                .put("in_use", of.inUse())
                .put("reserved", of.reserved())
                .put("left", of.left())
                .put("hosts", of.hosts())
                .put("hosts_with_room", of.hostsWithRoom());
    }

    private static void count(Map<String, Map<String, Integer>> versions, String what, List<String> of) {
        Map<String, Integer> counts = versions.computeIfAbsent(what, w -> new HashMap<>());
        of.forEach(version -> counts.merge(version, 1, Integer::sum));
    }

    private static ArrayNode mostFrequent(Map<String, Integer> counts) {
        ArrayNode into = NODES.arrayNode();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MAX_VERSIONS)
                .forEach(e -> into.addObject().put("version", cut(e.getKey())).put("hosts", e.getValue()));
        return into;
    }

    private static void findings(ObjectNode document, Fleet fleet) {
        Json.findings(document.putArray("findings"), some(fleet.findings(), MAX_FINDINGS));
        document.put("findings_left_out", Math.max(0, fleet.findings().size() - MAX_FINDINGS));
    }

    /** A host in a list; with a type, what is left of that. */
    static ObjectNode line(FleetHost host, HostFacts facts, String type) {
        Snapshot is = host.published();
        ObjectNode node = NODES.objectNode()
                .put("host_name", host.name())
                .put("kernel", cut(is.kernel()))
                .put("qemu", is.platform().qemuVersionOrNull());
        ArrayNode drivers = node.putArray("drivers");
        facts.drivers().stream().limit(MAX_OF_STEP).forEach(driver -> drivers.add(cut(driver)));
        return node.put("taken", is.taken().toString())
                .put("devices", is.probes().size())
                .put("in_use", facts.inUse())
                .put("reserved", host.reservations().size())
                .put("left", type.isEmpty() ? null : Long.valueOf(facts.left(type)));
    }

    /** A host in full: its cards, what is left of each type beside what is claimed, its devices, and who claims what. */
    static ObjectNode host(Fleet fleet, FleetHost host, HostFacts facts) {
        ObjectNode document = document(fleet);
        document.setAll(line(host, facts, ""));
        ArrayNode parents = document.putArray("parents");
        int types = 0;
        for (MdevParent parent : some(host.left().inventory().parents(), MAX_DEVICES)) {
            ArrayNode of = parents.addObject()
                    .put("parent", cut(parent.name()))
                    .put("driver", parent.driverOrNull())
                    .put("driver_version", parent.driverVersionOrNull())
                    .putArray("types");
            for (MdevParent.Type type : some(parent.types(), MAX_TYPES - types)) {
                types++;
                of.addObject()
                        .put("type", cut(type.id()))
                        .put("name", type.nameOrNull())
                        .put("left", type.availableOrNull());
            }
        }
        ArrayNode devices = document.putArray("list");
        some(host.published().probes(), MAX_DEVICES).forEach(p -> devices.add(device(p)));
        document.put("devices_left_out", Math.max(0, host.published().probes().size() - MAX_DEVICES));
        ArrayNode reservations = document.putArray("reservations");
        some(host.reservations(), MAX_FINDINGS).stream().map(Reservation::json).forEach(reservations::add);
        Json.findings(
                document.putArray("findings"),
                some(host.published().inventory().findings(), MAX_FINDINGS).stream()
                        .map(FleetJson::cut)
                        .toList());
        return document;
    }

    private static ObjectNode device(DeviceProbe probe) {
        ObjectNode node = NODES.objectNode()
                .put("device", cut(probe.device().name()))
                .put("type", probe.device().typeOrNull())
                .put("parent", probe.device().parentOrNull());
        switch (probe.device().usage().state()) {
            case FREE -> node.put("in_use", false);
            case IN_USE -> node.put("in_use", true);
            case UNKNOWN -> node.putNull("in_use");
        }
        ObjectNode answers = node.putObject("answers");
        probe.answers().forEach((question, answer) -> answers.put(question.word(), answer.word()));
        return node;
    }

    /** The places for a new device of a type. */
    static ObjectNode where(Fleet fleet, String type, Places places) {
        ObjectNode document = document(fleet).put("where", type);
        AnswerJson.places(document, places);
        return document;
    }

    /** A drain with as many steps as people read; a step says what is not fine. */
    static ObjectNode drain(Fleet fleet, Drain drain) {
        ObjectNode document = document(fleet).put("drain", drain.host());
        ArrayNode steps = document.putArray("steps");
        for (Drain.Step step : some(drain.steps(), MAX_STEPS)) {
            steps.add(AnswerJson.step(
                    new Drain.Step(step.holder(), step.to(), some(step.devices(), MAX_OF_STEP * 4), List.of()),
                    said(step.findings())));
        }
        document.put("steps_left_out", Math.max(0, drain.steps().size() - MAX_STEPS));
        ArrayNode staying = document.putArray("staying");
        for (Drain.Staying one : some(drain.staying(), MAX_FINDINGS)) {
            staying.add(AnswerJson.staying(
                    new Drain.Staying(one.holder(), some(one.devices(), MAX_OF_STEP * 4), said(one.why()))));
        }
        document.put("staying_left_out", Math.max(0, drain.staying().size() - MAX_FINDINGS));
        return document;
    }

    /** What is more than good to know. */
    private static List<Finding> said(List<Finding> findings) {
        return findings.stream()
                .filter(f -> f.severity() != Finding.Severity.INFO)
                .limit(MAX_OF_STEP)
                .map(FleetJson::cut)
                .toList();
    }

    private static <T> List<T> some(List<T> all, int most) {
        return all.size() <= most ? all : new ArrayList<>(all.subList(0, Math.max(0, most)));
    }

    private static Finding cut(Finding f) {
        return new Finding(f.id(), f.severity(), cut(f.subject()), cut(f.text()), cut(f.remedy()));
    }

    /** Hosts may publish texts of any length. */
    static String cut(String text) {
        return ForeignText.cut(text, MAX_TEXT);
    }
}
