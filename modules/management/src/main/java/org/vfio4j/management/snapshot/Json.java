/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.util.List;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON of types, list, probe and snapshot: stable for scripts. Every document has {@code schema} and {@code host}; a key whose value is not
 * known is there with null.
 */
public final class Json {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Json() {}

    /** {@code vfio types}: the parents with their types, and what was strange. */
    public static ObjectNode types(String host, Inventory inventory) {
        ObjectNode document = document(host);
        parents(document.putArray("parents"), inventory.parents());
        findings(document.putArray("findings"), inventory.findings());
        return document;
    }

    /** {@code vfio list}: the devices as the host shows them, and what was strange. */
    public static ObjectNode list(String host, Inventory inventory) {
        ObjectNode document = document(host);
        ArrayNode devices = document.putArray("devices");
        inventory.devices().forEach(device -> devices.add(device(device)));
        findings(document.putArray("findings"), inventory.findings());
        return document;
    }

    /** {@code vfio probe}: the devices with their answers. */
    public static ObjectNode probe(String host, List<DeviceProbe> probes) {
        ObjectNode document = document(host);
        probes(document.putArray("devices"), probes);
        return document;
    }

    /** {@code vfio probe --compare}: the devices with every way beside every other. */
    public static ObjectNode compare(String host, List<Comparison> comparisons) {
        ObjectNode document = document(host);
        ArrayNode devices = document.putArray("devices");
        for (Comparison comparison : comparisons) {
            ObjectNode node = device(comparison.device());
            ArrayNode ways = node.putArray("ways");
            comparison.rows().forEach(row -> way(ways.addObject(), row));
            devices.add(node);
        }
        return document;
    }

    private static void way(ObjectNode into, Comparison.Row row) {
        into.put("way", row.way()).put("offered", row.absenceOrNull() == null);
        if (row.absenceOrNull() != null) {
            into.put("because", row.absenceOrNull());
            return;
        }
        into.put("needs", row.needs()).put("touches", row.touches());
        ObjectNode learned = into.putObject("learned");
        row.learned().forEach((question, answer) -> learned.set(question.word(), answer(answer)));
    }

    /** {@code vfio snapshot}: all of it, with when and where. {@link SnapshotReader} reads it back. */
    public static ObjectNode snapshot(Snapshot snapshot) {
        ObjectNode document = document(snapshot.host());
        document.put("host_name", snapshot.hostName());
        document.put("kernel", snapshot.kernel());
        Platform platform = snapshot.platform();
        document.put("qemu", platform.qemuVersionOrNull())
                .put("libvirt", platform.libvirtVersionOrNull())
                .put("iommu_dirty_tracking", platform.iommuDirtyTrackingOrNull());
        document.put("taken", snapshot.taken().toString());
        parents(document.putArray("parents"), snapshot.inventory().parents());
        probes(document.putArray("devices"), snapshot.probes());
        findings(document.putArray("findings"), snapshot.inventory().findings());
        return document;
    }

    /** The begin of every document: the version of its form, and the host's kind. */
    public static ObjectNode document(String host) {
        return NODES.objectNode().put("schema", Snapshot.SCHEMA).put("host", host);
    }

    private static void parents(ArrayNode into, List<MdevParent> parents) {
        for (MdevParent parent : parents) {
            ArrayNode types = into.addObject()
                    .put("parent", parent.name())
                    .put("driver", parent.driverOrNull())
                    .put("driver_version", parent.driverVersionOrNull())
                    .putArray("types");
            parent.types().forEach(type -> type(types.addObject(), type));
        }
    }

    private static void type(ObjectNode into, MdevParent.Type type) {
        into.put("type", type.id())
                .put("name", type.nameOrNull())
                .put("description", type.descriptionOrNull())
                .put("available_instances", type.availableOrNull())
                .put("device_api", type.deviceApiOrNull());
        if (type.migrationVersionOrNull() != null) {
            ArrayNode accepts =
                    into.put("migration_version", type.migrationVersionOrNull()).putArray("migration_accepts");
            type.migrationAccepts().forEach(accepts::add);
        }
    }

    /** A device as {@link #list} has it. */
    public static ObjectNode device(HostDevice device) {
        ObjectNode node = NODES.objectNode()
                .put("device", device.name())
                .put("kind", device.kind().word())
                .put("parent", device.parentOrNull())
                .put("type", device.typeOrNull())
                .put("driver", device.driverOrNull())
                .put("vfio_bound", device.isVfioBound())
                .put("group", device.groupOrNull())
                .put("cdev", device.vfioNodeOrNull());
        device.socket().ifPresent(socket -> node.put("socket", socket));
        if (device.pciIdOrNull() != null) {
            node.put("pci_id", device.pciIdOrNull());
        }
        usage(node, device.usage());
        return node;
    }

    private static void usage(ObjectNode node, Usage usage) {
        switch (usage.state()) {
            case FREE -> node.put("in_use", false);
            case IN_USE -> node.put("in_use", true);
            case UNKNOWN -> node.putNull("in_use");
        }
        if (!usage.holders().isEmpty()) {
            ArrayNode holders = node.putArray("holders");
            usage.holders().forEach(h -> holders.addObject().put("pid", h.pid()).put("command", h.command()));
        }
    }

    private static void probes(ArrayNode into, List<DeviceProbe> probes) {
        for (DeviceProbe probe : probes) {
            ObjectNode node = device(probe.device());
            ObjectNode features = node.putObject("features");
            probe.answers().forEach((question, answer) -> features.set(question.word(), answer(answer)));
            node.putObject("versions")
                    .put("host_driver", probe.device().driverVersionOrNull())
                    .put("guest_driver", probe.device().guestDriverVersionOrNull());
            into.add(node);
        }
    }

    private static ObjectNode answer(Answer answer) {
        ObjectNode node = NODES.objectNode().put("answer", answer.word());
        if (answer instanceof Answer.Yes yes && !yes.flags().isEmpty()) {
            ArrayNode flags = node.putArray("flags");
            yes.flags().forEach(flags::add);
        }
        node.put("way", answer.way()).put("evidence", answer.evidence());
        if (answer instanceof Answer.Unknown unknown) {
            node.put("cause", unknown.cause().word())
                    .put("because", unknown.because())
                    .put("remedy", unknown.remedy());
        }
        return node;
    }

    /** Findings as every document has them. */
    public static void findings(ArrayNode into, List<Finding> findings) {
        for (Finding finding : findings) {
            into.addObject()
                    .put("id", finding.id())
                    .put("severity", finding.severity().word())
                    .put("subject", finding.subject())
                    .put("text", finding.text())
                    .put("remedy", finding.remedy());
        }
    }
}
