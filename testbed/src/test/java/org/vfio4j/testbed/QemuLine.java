/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Of a command line of QEMU, what concerns VFIO devices and what they are seen on, in a form in which libvirt's and ours can be compared: without ids
 * and addresses, which libvirt gives to everything, and without where consoles listen, which is the user's.
 *
 * @param devices in their order, as QEMU's JSON
 * @param consoles with what decides about OpenGL, such as {@code spice gl=on rendernode=/dev/dri/renderD128}
 * @param videos the emulated video devices
 * @param sharesMemory whether the memory is a memfd that others can map
 */
record QemuLine(List<ObjectNode> devices, Set<String> consoles, List<String> videos, boolean sharesMemory) {
    private static final String NODE = " rendernode=";
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Pattern WORD = Pattern.compile("'[^']*'|[^ ']+");
    private static final List<String> PLACES = List.of("id", "bus", "addr", "devno", "multifunction");
    private static final List<String> GL = List.of("gl", "rendernode", "p2p");
    private static final Pattern VIDEO = Pattern.compile(
            "VGA|bochs-display|cirrus-vga|qxl(-vga)?|ramfb|virtio-(vga|gpu)[a-z-]*|vmware-svga|secondary-vga");

    /** Reads a line with the shell's quotes, as virsh prints it. */
    static QemuLine parse(String line) {
        List<String> words = WORD.matcher(line)
                .results()
                .map(MatchResult::group)
                .map(word -> word.startsWith("'") ? word.substring(1, word.length() - 1) : word)
                .toList();
        return of(words);
    }

    boolean namesRenderNode() {
        return consoles.stream().anyMatch(console -> console.contains(NODE));
    }

    /** The consoles but for the render node: where none is named, libvirt chooses one. */
    Set<String> consolesOfAnyNode() {
        return consoles.stream()
                .map(console -> console.replaceFirst(NODE + ".*", ""))
                .collect(Collectors.toSet());
    }

    /** Takes arguments apart. */
    static QemuLine of(List<String> words) {
        List<ObjectNode> devices = new ArrayList<>();
        Set<String> consoles = new TreeSet<>();
        List<String> videos = new ArrayList<>();
        boolean shares = false;
        for (int i = 0; i < words.size() - 1; i++) {
            String value = words.get(i + 1);
            switch (words.get(i)) {
                case "-device" -> device(value, devices, videos);
                case "-vnc" -> consoles.add("vnc");
                case "-spice" -> consoles.add(console("spice", value));
                case "-display" -> {
                    if (!value.equals("none")) {
                        consoles.add(console(value.split(",", 2)[0], value));
                    }
                }
                case "-object" ->
                    shares |= value.contains("memory-backend-memfd") && value.matches(".*share\"?[:=](true|on).*");
                default -> {}
            }
        }
        return new QemuLine(devices, consoles, videos, shares);
    }

    private static void device(String value, List<ObjectNode> devices, List<String> videos) {
        ObjectNode device = value.startsWith("{") ? (ObjectNode) MAPPER.readTree(value) : keys(value);
        String driver = device.path("driver").asString();
        if (driver.startsWith("vfio-")) {
            PLACES.forEach(device::remove);
            devices.add(device);
        } else if (VIDEO.matcher(driver).matches()) {
            videos.add(driver);
        }
    }

    /** QEMU's older form, which users write themselves. */
    private static ObjectNode keys(String value) {
        ObjectNode node = MAPPER.createObjectNode();
        for (String pair : value.split(",", -1)) {
            String[] parts = pair.split("=", 2);
            node.put(parts.length == 1 ? "driver" : parts[0], parts[parts.length - 1]);
        }
        return node;
    }

    private static String console(String name, String value) {
        return Stream.concat(
                        Stream.of(name),
                        Stream.of(value.split(",", -1))
                                .filter(pair -> GL.contains(pair.split("=", 2)[0]))
                                .sorted())
                .reduce((a, b) -> a + " " + b)
                .orElseThrow();
    }
}
