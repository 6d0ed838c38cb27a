/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.rule.Version;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A plan as arguments of QEMU: those that concern the devices, their consoles and what these need; the machine itself is its user's. */
public final class QemuArguments {
    /** Since when {@code -device} takes JSON. */
    private static final Version JSON_DEVICES = new Version(List.of(6, 2));

    private static final String DEVICE = "-device";
    private static final String DISPLAY = "-display";

    private QemuArguments() {}

    /** The arguments in their order, each option followed by its value. */
    public static List<String> of(Plan plan) {
        List<String> arguments = new ArrayList<>();
        if (plan.sharesMemory() && !Boolean.TRUE.equals(plan.vm().sharesMemoryOrNull())) {
            arguments.addAll(List.of(
                    "-object", "memory-backend-memfd,id=mem,size=SIZE,share=on", "-machine", "memory-backend=mem"));
        }
        if (plan.withoutVideo()) {
            arguments.addAll(List.of("-vga", "none"));
        }
        for (Console console : plan.consoles()) {
            arguments.addAll(console(console, plan.vm().renderNode()));
        }
        for (int i = 0; i < plan.devices().size(); i++) {
            arguments.add(DEVICE);
            arguments.add(device(plan.devices().get(i), "hostdev" + i, plan.vm()));
        }
        return arguments;
    }

    /**
     * The value of {@code -device}: JSON, or before QEMU 6.2 keys and values.
     *
     * @param id of QEMU's object
     */
    static String device(PlannedDevice device, String id, VmFacts vm) {
        boolean json = device.candidate().socket().isPresent()
                || vm.qemu()
                        .filter(version -> version.compareTo(JSON_DEVICES) < 0)
                        .isEmpty();
        return json ? json(device, id).toString() : keys(device, id);
    }

    /** The JSON form, with its keys in libvirt's order. */
    public static ObjectNode json(PlannedDevice device, String id) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("driver", device.driver());
        if (device.candidate().socket().isPresent()) {
            node.putObject("socket")
                    .put("type", "unix")
                    .put("path", device.candidate().socket().get());
            return node.put("id", id);
        }
        properties(device, id).forEach((name, value) -> {
            switch (Property.type(name)) {
                case STRING -> node.put(name, value);
                case BOOL -> node.put(name, value.equals("on"));
                case UNSIGNED -> node.put(name, Integer.parseInt(value));
            }
        });
        return node;
    }

    private static String keys(PlannedDevice device, String id) {
        StringBuilder keys = new StringBuilder(device.driver());
        properties(device, id)
                .forEach((name, value) ->
                        keys.append(',').append(name).append('=').append(value.replace(",", ",,")));
        return keys.toString();
    }

    private static Map<String, String> properties(PlannedDevice device, String id) {
        Map<String, String> properties = new LinkedHashMap<>();
        String name = device.candidate().name();
        boolean mdev = device.candidate().probe().device().kind() == DeviceKind.MDEV;
        if (mdev) {
            properties.put("id", id);
            properties.put("sysfsdev", "/sys/bus/mdev/devices/" + name);
        } else {
            properties.put("host", name);
            properties.put("id", id);
        }
        if (device.candidate().api().equals("vfio-pci") && (mdev || device.display())) {
            properties.put("display", device.display() ? "on" : "off");
        }
        if (device.ramfb()) {
            properties.put("ramfb", "on");
        }
        device.resolution().ifPresent(size -> {
            properties.put("xres", String.valueOf(size.width()));
            properties.put("yres", String.valueOf(size.height()));
        });
        properties.putAll(device.properties());
        return properties;
    }

    /** Consoles that listen do so on this machine only: another address is the user's to open. D-Bus needs no bus of the session's this way. */
    private static List<String> console(Console console, RenderNode node) {
        String render = node instanceof RenderNode.At(String path) ? ",rendernode=" + path : "";
        return switch (console) {
            case VNC -> List.of("-vnc", "127.0.0.1:0");
            case SPICE -> List.of("-spice", "port=5900,addr=127.0.0.1,disable-ticketing=on");
            case SPICE_GL -> List.of("-spice", "unix=on,addr=spice.sock,disable-ticketing=on,gl=on" + render);
            case DBUS -> List.of(DISPLAY, "dbus,p2p=on");
            case DBUS_GL -> List.of(DISPLAY, "dbus,p2p=on,gl=on" + render);
            case EGL_HEADLESS -> List.of(DISPLAY, "egl-headless" + render);
            case SDL -> List.of(DISPLAY, "sdl");
            case SDL_GL -> List.of(DISPLAY, "sdl,gl=on");
            case GTK -> List.of(DISPLAY, "gtk");
            case GTK_GL -> List.of(DISPLAY, "gtk,gl=on");
        };
    }
}
