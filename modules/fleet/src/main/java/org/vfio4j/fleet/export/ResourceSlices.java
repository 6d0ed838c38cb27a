/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.export;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A host's devices as Kubernetes' dynamic resource allocation has them: {@code ResourceSlice} of {@code resource.k8s.io/v1}, as many as it takes. What
 * is known of a device is a boolean attribute; what is not known is left out, so that no selector takes it for an answer.
 */
public final class ResourceSlices {
    /** The driver that the attributes' names belong to. */
    public static final String DRIVER = "vfio4j.org";

    /** {@code ResourceSliceMaxDevices}. */
    private static final int DEVICES = 128;
    /** {@code DeviceAttributeMaxValueLength}. */
    private static final int TEXT = 64;

    private ResourceSlices() {}

    /** A {@code List} of the slices. */
    public static ObjectNode of(Snapshot host) {
        List<DeviceProbe> probes = host.probes().stream()
                .filter(p -> p.device().kind() != DeviceKind.VFIO_USER)
                .toList();
        String node = Names.subdomain(host.hostName());
        int slices = Math.max(1, (probes.size() + DEVICES - 1) / DEVICES);
        ObjectNode list =
                JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "List");
        ArrayNode items = list.putArray("items");
        Set<String> names = new HashSet<>();
        for (int i = 0; i < slices; i++) {
            ObjectNode slice =
                    items.addObject().put("apiVersion", "resource.k8s.io/v1").put("kind", "ResourceSlice");
            slice.putObject("metadata").put("name", node + "-" + DRIVER + "-" + i);
            ObjectNode spec = slice.putObject("spec").put("driver", DRIVER).put("nodeName", node);
            spec.putObject("pool")
                    .put("name", node)
                    .put("generation", Math.max(0, host.taken().getEpochSecond()))
                    .put("resourceSliceCount", slices);
            ArrayNode devices = spec.putArray("devices");
            probes.subList(i * DEVICES, Math.min(probes.size(), (i + 1) * DEVICES))
                    .forEach(probe -> device(devices.addObject(), probe, names));
        }
        return list;
    }

    private static void device(ObjectNode into, DeviceProbe probe, Set<String> names) {
        HostDevice device = probe.device();
        String name = Names.label(device.name());
        for (int i = 1; !names.add(name); i++) {
            name = Names.text(Names.label(device.name()), 58) + "-" + i;
        }
        ObjectNode attributes = into.put("name", name).putObject("attributes");
        text(attributes, "kind", device.kind().word());
        device.parent().ifPresent(parent -> text(attributes, "parent", parent));
        device.type().ifPresent(type -> text(attributes, "type", type));
        device.driver().ifPresent(driver -> text(attributes, "driver", driver));
        device.driverVersion().ifPresent(version -> text(attributes, "driverVersion", version));
        if (device.kind() == DeviceKind.PCI) {
            text(attributes, "resource.kubernetes.io/pciBusID", device.name());
        }
        if (device.pciIdOrNull() != null) {
            text(attributes, "pciId", device.pciIdOrNull());
        }
        switch (device.usage().state()) {
            case FREE -> flag(attributes, "inUse", false);
            case IN_USE -> flag(attributes, "inUse", true);
            case UNKNOWN -> {}
        }
        answer(attributes, "displayRegion", probe.answer(Question.DISPLAY_REGION));
        answer(attributes, "displayDmabuf", probe.answer(Question.DISPLAY_DMABUF));
        answer(attributes, "edid", probe.answer(Question.EDID));
        answer(attributes, "migration", probe.answer(Question.MIGRATION));
        answer(attributes, "dirtyTracking", probe.answer(Question.DIRTY_TRACKING));
        if (probe.answer(Question.MIGRATION) instanceof Answer.Yes yes) {
            yes.flags().stream().limit(8).forEach(flag -> flag(attributes, "migration" + camel(flag), true));
        }
    }

    private static void answer(ObjectNode attributes, String name, Answer answer) {
        switch (answer) {
            case Answer.Yes _ -> flag(attributes, name, true);
            case Answer.No _ -> flag(attributes, name, false);
            case Answer.Unknown _ -> {}
        }
    }

    private static void text(ObjectNode attributes, String name, String value) {
        attributes.putObject(name).put("string", Names.text(value, TEXT));
    }

    private static void flag(ObjectNode attributes, String name, boolean value) {
        attributes.putObject(name).put("bool", value);
    }

    /** {@code stop-copy} as {@code StopCopy}; only of letters and digits, and bounded, since a snapshot is foreign. */
    private static String camel(String flag) {
        StringBuilder name = new StringBuilder();
        for (String part : flag.split("[^A-Za-z0-9]+", -1)) {
            if (!part.isEmpty()) {
                name.append(Character.toUpperCase(part.charAt(0))).append(part, 1, part.length());
            }
        }
        return Names.text(name.toString(), 20);
    }
}
