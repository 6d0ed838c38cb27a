/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.guest.GuestAnswer;
import org.vfio4j.management.guest.GuestReport;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.RuleException;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotReader;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A move, and what is to be found: two hosts written short, the devices that go, what is known of the machine, and the findings expected. The
 * hosts are made whole and read as the snapshots that they stand for.
 */
record Scenario(
        String title,
        Snapshot from,
        Snapshot to,
        List<String> devices,
        Facts machine,
        PreflightOptions options,
        List<String> expected,
        Map<String, String> mappings) {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final List<String> QUESTIONS = List.of("display-region", "display-dmabuf", "edid");

    static Scenario read(byte[] json) {
        Cursor at = BoundedJson.parse(json, "scenario", 1 << 16, RuleException::new)
                .objectOf("title", "source", "from", "to", "devices", "vm", "options", "versions", "expect", "become");
        Cursor options = at.at("options");
        VersionRules rules = VersionRules.builtIn();
        if (!at.at("versions").isAbsent()) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            document.set("versions", at.at("versions").node());
            rules = VersionRules.read(bytes(document)).before(rules);
        }
        Facts.Builder machine = Facts.builder();
        at.at("vm").entriesOrNone(Cursor::text).forEach(machine::put);
        if (!at.at("vm").isAbsent()) {
            machine.put("vm.known", true);
        }
        return new Scenario(
                at.at("title").text(),
                host(at.at("from")),
                host(at.at("to")),
                at.at("devices").each(Cursor::text),
                machine.build(),
                new PreflightOptions(
                        options.at("accept_unknown").flag(),
                        options.at("map").entriesOrNone(Cursor::text),
                        guest(options.at("guest_agent")),
                        rules,
                        null,
                        traffic(options)),
                at.at("expect").each(Cursor::text),
                at.at("become").entriesOrNone(Cursor::text));
    }

    /** What a guest's agent answered to guest-get-devices. */
    private static @Nullable GuestReport guest(Cursor at) {
        return at.node() == null ? null : GuestAnswer.read(bytes(at.node()));
    }

    Report check() {
        return Preflight.builtIn().check(from, to, devices, machine, options);
    }

    /** Severity, id and subject of every finding. */
    static List<String> shown(List<Finding> findings) {
        return findings.stream()
                .map(f -> f.severity().word() + " " + f.id() + " " + f.subject())
                .toList();
    }

    private static Traffic traffic(Cursor options) {
        Integer megabytes = options.at("state_mb").countOrNull();
        Integer rate = options.at("dirty_mb_s").countOrNull();
        Integer line = options.at("line_mb_s").countOrNull();
        return new Traffic(
                line == null ? Traffic.ASSUMED_BANDWIDTH : line * 1_000_000L,
                line != null,
                megabytes == null ? null : megabytes * 1_000_000L,
                rate == null ? 0 : rate * 1_000_000L,
                null,
                Traffic.ASSUMED_LIMIT);
    }

    static Snapshot host(Cursor at) {
        at.objectOf("name", "kind", "kernel", "qemu", "iommu_dirty_tracking", "parents", "devices");
        ObjectNode document = JsonNodeFactory.instance
                .objectNode()
                .put("schema", 1)
                .put("host", text(at.at("kind"), "kernel"))
                .put("host_name", at.at("name").text())
                .put("kernel", text(at.at("kernel"), "6.12.0"))
                .put("qemu", at.at("qemu").textOrNull())
                .put("iommu_dirty_tracking", at.at("iommu_dirty_tracking").booleanOrNull())
                .put("taken", "2026-11-23T10:15:30Z");
        ArrayNode parents = document.putArray("parents");
        at.at("parents").eachOrNone(parent -> parents.add(parent(parent)));
        ArrayNode devices = document.putArray("devices");
        at.at("devices").eachOrNone(device -> devices.add(device(device)));
        document.putArray("findings");
        return SnapshotReader.read(bytes(document));
    }

    private static ObjectNode parent(Cursor at) {
        at.objectOf("parent", "driver", "driver_version", "types");
        ObjectNode parent = JsonNodeFactory.instance
                .objectNode()
                .put("parent", at.at("parent").text())
                .put("driver", at.at("driver").textOrNull())
                .put("driver_version", at.at("driver_version").textOrNull());
        ArrayNode types = parent.putArray("types");
        Map<String, Cursor> offered = new LinkedHashMap<>();
        offered.putAll(at.at("types").entriesOrNone(type -> type));
        offered.forEach((id, type) -> {
            type.objectOf("available", "name", "api", "states", "accepts");
            ObjectNode node = types.addObject()
                    .put("type", id)
                    .put("name", type.at("name").textOrNull())
                    .putNull("description")
                    .put("available_instances", type.at("available").countOrNull())
                    .put("device_api", text(type.at("api"), "vfio-pci"))
                    .put("migration_version", type.at("states").textOrNull());
            ArrayNode accepts = node.putArray("migration_accepts");
            type.at("accepts").eachOrNone(Cursor::text).forEach(accepts::add);
        });
        return parent;
    }

    private static ObjectNode device(Cursor at) {
        at.objectOf(
                "device",
                "kind",
                "parent",
                "type",
                "driver",
                "driver_version",
                "guest_driver",
                "pci_id",
                "bound",
                "used_by",
                "migration",
                "dirty");
        String user = at.at("used_by").textOrNull();
        ObjectNode node = JsonNodeFactory.instance
                .objectNode()
                .put("device", at.at("device").text())
                .put("kind", text(at.at("kind"), "mdev"))
                .put("parent", at.at("parent").textOrNull())
                .put("type", at.at("type").textOrNull())
                .put("driver", at.at("driver").textOrNull())
                .put("vfio_bound", !Boolean.FALSE.equals(at.at("bound").booleanOrNull()))
                .put("group", 1)
                .putNull("cdev")
                .put("pci_id", at.at("pci_id").textOrNull())
                .put("in_use", "?".equals(user) ? null : Boolean.valueOf(user != null));
        if (user != null && !"?".equals(user)) {
            node.putArray("holders").addObject().put("pid", 4711).put("command", user);
        }
        ObjectNode features = node.putObject("features");
        QUESTIONS.forEach(question -> answer(features.putObject(question), "no"));
        answer(features.putObject("migration"), text(at.at("migration"), "unknown"));
        answer(features.putObject("dirty-tracking"), text(at.at("dirty"), "yes"));
        node.putObject("versions")
                .put("host_driver", at.at("driver_version").textOrNull())
                .put("guest_driver", at.at("guest_driver").textOrNull());
        return node;
    }

    /** {@code no}, {@code unknown}, {@code yes}, or the flags of a yes. */
    private static void answer(ObjectNode into, String text) {
        boolean isYes = !text.equals("no") && !text.equals("unknown");
        into.put("answer", isYes ? "yes" : text).put("way", "open").put("evidence", "DEVICE_FEATURE GET MIGRATION");
        if (text.equals("unknown")) {
            into.put("cause", "in-use")
                    .put("because", "a virtual machine has it open")
                    .put("remedy", "Ask before the machine starts, or by debugfs (Linux 6.18).");
        }
        if (isYes && !text.equals("yes")) {
            ArrayNode flags = into.putArray("flags");
            List.of(text.split(" ", -1)).forEach(flags::add);
        }
    }

    private static String text(Cursor at, String otherwise) {
        return at.isAbsent() ? otherwise : at.text();
    }

    private static byte[] bytes(JsonNode document) {
        return MAPPER.writeValueAsString(document).getBytes(StandardCharsets.UTF_8);
    }

    static List<String> sorted(Map<String, String> mappings) {
        List<String> all = new ArrayList<>();
        mappings.forEach((from, to) -> all.add(from + " " + to));
        return all.stream().sorted().toList();
    }
}
