/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.qmp.QmpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.IntNode;
import tools.jackson.databind.node.LongNode;

/** Reads a QEMU's devices out of its object tree (QOM). */
final class VmDevices {
    private static final String NAMED = "/machine/peripheral";
    private static final String UNNAMED = "/machine/peripheral-anon";
    private static final String VFIO_USER = "child<vfio-user-pci>";
    private static final String MSIX_TABLE = "msix-table[0]";

    /** vfio-pci, vfio-pci-nohotplug, vfio-ap, vfio-ccw. */
    private static final Pattern KERNEL = Pattern.compile("child<vfio-(?:pci|ap|ccw|platform).*>");

    /** How QEMU 11.1 calls the memory of such a device's BARs, with the socket in it; the property itself cannot be read. */
    private static final Pattern BAR = Pattern.compile("vfio-user:(.*) base BAR \\d+\\[\\d+]");

    private static final Pattern ESCAPED = Pattern.compile("\\\\x([0-9a-f]{2})");
    private static final int HEX = 16;
    private static final int FUNCTIONS = 8;

    /** What a device can be given that its server does not tell, and the value that means that it was not given. */
    private static final Map<String, JsonNode> GIVEN = given();

    private VmDevices() {}

    /** What QEMU lists of an object. */
    private record Property(String name, String type) {}

    /** In the order of their ids. */
    static List<VmDevice> overVfioUser(QmpClient qmp) {
        List<VmDevice> devices = new ArrayList<>();
        for (String folder : List.of(NAMED, UNNAMED)) {
            for (Property child : list(qmp, folder)) {
                if (child.type().equals(VFIO_USER)) {
                    devices.add(device(qmp, folder, child.name()));
                }
            }
        }
        devices.sort(Comparator.comparing(VmDevice::id));
        return devices;
    }

    /** The ids of the devices that QEMU has from the kernel's VFIO. */
    static List<String> ofTheKernel(QmpClient qmp) {
        List<String> devices = new ArrayList<>();
        for (String folder : List.of(NAMED, UNNAMED)) {
            for (Property child : list(qmp, folder)) {
                if (KERNEL.matcher(child.type()).matches()) {
                    devices.add(child.name());
                }
            }
        }
        return devices;
    }

    /** Whether there is a device of that id, of any kind. */
    static boolean has(QmpClient qmp, String id) {
        return list(qmp, NAMED).stream().anyMatch(child -> child.name().equals(id));
    }

    /** Whether there is an object at that path. */
    static boolean exists(QmpClient qmp, String path) {
        try {
            get(qmp, path, "type");
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    private static VmDevice device(QmpClient qmp, String folder, String name) {
        String path = folder + "/" + name;
        List<Property> properties = list(qmp, path);
        List<String> names = properties.stream().map(Property::name).toList();
        String busPath = get(qmp, path, "parent_bus").text();
        int address = get(qmp, path, "addr").integer();
        boolean hasId = folder.equals(NAMED);
        return new VmDevice(
                hasId ? name : path,
                hasId,
                busPath.substring(busPath.lastIndexOf('/') + 1),
                busPath,
                "%02x.%x".formatted(address / FUNCTIONS, address % FUNCTIONS),
                names.stream().flatMap(n -> socket(n).stream()).findFirst().orElse(null),
                Boolean.TRUE.equals(get(qmp, path, "hotpluggable").booleanOrNull()),
                names.contains(MSIX_TABLE),
                given(qmp, path, names));
    }

    private static Map<String, JsonNode> given(QmpClient qmp, String path, List<String> names) {
        Map<String, JsonNode> given = new LinkedHashMap<>();
        GIVEN.forEach((name, none) -> {
            if (names.contains(name)) {
                JsonNode value = get(qmp, path, name).node();
                if (value != null && !value.asString("").equals(none.asString(""))) {
                    given.put(name, value);
                }
            }
        });
        return given;
    }

    static Optional<Path> socket(String memory) {
        Matcher bar = BAR.matcher(memory);
        if (!bar.matches()) {
            return Optional.empty();
        }
        String path = ESCAPED.matcher(bar.group(1))
                .replaceAll(match ->
                        Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(match.group(1), HEX))));
        try {
            return Optional.of(Path.of(path));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static List<Property> list(QmpClient qmp, String path) {
        return qmp.execute("qom-list", QmpClient.arguments().put("path", path))
                .each(at -> new Property(at.at("name").text(), at.at("type").text()));
    }

    private static Cursor get(QmpClient qmp, String path, String property) {
        return qmp.execute("qom-get", QmpClient.arguments().put("path", path).put("property", property));
    }

    private static Map<String, JsonNode> given() {
        Map<String, JsonNode> given = new LinkedHashMap<>();
        given.put("x-msg-timeout", IntNode.valueOf(5000));
        given.put("x-no-posted-writes", BooleanNode.FALSE);
        given.put("x-send-queued", BooleanNode.FALSE);
        given.put("bootindex", IntNode.valueOf(-1));
        given.put("acpi-index", IntNode.valueOf(0));
        given.put("rombar", IntNode.valueOf(-1));
        given.put("x-pci-sub-vendor-id", LongNode.valueOf(0xffffffffL));
        given.put("x-pci-sub-device-id", LongNode.valueOf(0xffffffffL));
        return Map.copyOf(given);
    }
}
