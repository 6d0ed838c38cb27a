/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.domain.Graphics;
import org.vfio4j.management.domain.Hostdev;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.rule.Facts;

/** A plan as libvirt's XML: put into a domain's, or alone. */
public final class LibvirtXml {
    private static final String VFIO_PCI = "vfio-pci";
    private static final byte[] EMPTY =
            "<domain type='kvm'>\n  <devices>\n  </devices>\n</domain>\n".getBytes(StandardCharsets.UTF_8);

    private LibvirtXml() {}

    /** What a domain XML asks for a device beyond its being there, for rules; nothing if it has not the device. */
    public static Facts asked(DomainXml domain, String device) {
        Optional<Hostdev> found = find(domain, device);
        Facts.Builder facts = Facts.builder();
        found.ifPresent(hostdev -> facts.put("domain.display", hostdev.attribute("display"))
                .put("domain.ramfb", hostdev.attribute("ramfb"))
                .put("domain.managed", hostdev.attribute("managed"))
                .put("domain.boot-order", hostdev.hasBootOrder())
                .put("domain.iommufd", hostdev.wantsIommufd())
                .put(
                        "domain.model-missing",
                        hostdev.type().equals("mdev") && hostdev.model().isEmpty()));
        return facts.build();
    }

    /** The plan alone: a domain with nothing but the devices and what they need, to copy from. */
    public static String alone(Plan plan) {
        DomainXml domain = DomainXml.read(EMPTY);
        apply(plan, domain);
        return domain.xml();
    }

    /** Puts the plan into a domain: what is there already and right stays as it is. */
    public static void apply(Plan plan, DomainXml domain) {
        consoles(plan, domain);
        if (plan.withoutVideo() || isSaidToHaveNone(plan.vm())) {
            domain.removeVideos();
        }
        if (plan.sharesMemory() && !domain.sharesMemory()) {
            domain.shareMemory();
        }
        List<PlannedDevice> onSockets = new ArrayList<>();
        for (PlannedDevice device : plan.devices()) {
            if (device.candidate().socket().isPresent()) {
                onSockets.add(device);
            } else {
                hostdev(device, domain);
            }
        }
        for (int i = 0; i < onSockets.size(); i++) {
            domain.addArguments(List.of(
                    "-device", QemuArguments.json(onSockets.get(i), "vfu" + i).toString()));
        }
    }

    /** libvirt adds a video device of its own where the XML does not say that there is none. */
    private static boolean isSaidToHaveNone(VmFacts vm) {
        return vm.videos().isPresent() && !vm.hasEmulatedVideo().orElse(true);
    }

    private static void hostdev(PlannedDevice device, DomainXml domain) {
        Hostdev hostdev =
                find(domain, device.candidate().name()).orElseGet(() -> domain.addHostdev(attributes(device)));
        if (hostdev.device().isEmpty()) {
            hostdev.setDevice(device.candidate().name());
        }
        boolean mdev = device.candidate().probe().device().kind() == DeviceKind.MDEV;
        if (mdev && hostdev.wantsIommufd()) {
            hostdev.removeDriver();
        }
        if (device.candidate().api().equals(VFIO_PCI) && (mdev || device.display())) {
            hostdev.set("display", device.display() ? "on" : "off");
        } else {
            hostdev.remove("display");
        }
        if (device.ramfb()) {
            hostdev.set("ramfb", "on");
        } else {
            hostdev.remove("ramfb");
        }
        overrides(device, hostdev, domain);
    }

    /** What libvirt has no words for goes to QEMU by the device's alias. */
    private static void overrides(PlannedDevice device, Hostdev hostdev, DomainXml domain) {
        Map<String, String> properties = new LinkedHashMap<>();
        device.resolution().ifPresent(size -> {
            properties.put("xres", String.valueOf(size.width()));
            properties.put("yres", String.valueOf(size.height()));
        });
        properties.putAll(device.properties());
        if (properties.isEmpty()) {
            return;
        }
        String alias = hostdev.alias()
                .filter(name -> name.startsWith("ua-"))
                .orElse("ua-" + device.candidate().name().replace(':', '-').replace('.', '-'));
        if (hostdev.alias().filter(alias::equals).isEmpty()) {
            hostdev.setAlias(alias);
        }
        properties.forEach((name, value) ->
                domain.override(alias, name, Property.type(name).word(), Property.libvirtValue(name, value)));
    }

    private static Map<String, String> attributes(PlannedDevice device) {
        HostDevice host = device.candidate().probe().device();
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("mode", "subsystem");
        if (host.kind() == DeviceKind.MDEV) {
            attributes.put("type", "mdev");
            attributes.put("model", device.candidate().api());
        } else {
            attributes.put("type", "pci");
            attributes.put("managed", host.isVfioBound() ? "no" : "yes");
        }
        return attributes;
    }

    private static void consoles(Plan plan, DomainXml domain) {
        List<Console> missing = new ArrayList<>(plan.consoles());
        for (Graphics graphics : domain.graphics()) {
            Optional<Console> known = Console.of(graphics.type(), graphics.hasGl());
            if (known.isPresent() && !missing.remove(known.get())) {
                domain.remove(graphics);
            }
        }
        missing.forEach(console -> add(console, plan.vm().renderNode(), domain));
    }

    private static void add(Console console, RenderNode node, DomainXml domain) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("type", console.type());
        switch (console) {
            case VNC, SPICE -> {
                attributes.put("port", "-1");
                attributes.put("autoport", "yes");
            }
            case DBUS, DBUS_GL -> attributes.put("p2p", "yes");
            default -> {}
        }
        Graphics graphics = domain.addGraphics(attributes);
        if (console == Console.SPICE_GL) {
            domain.listenNowhere(graphics);
        }
        if (console.hasGl()) {
            domain.drawWithGl(
                    graphics,
                    console != Console.EGL_HEADLESS,
                    node instanceof RenderNode.At(String path) && console != Console.SDL_GL ? path : null);
        }
    }

    private static Optional<Hostdev> find(DomainXml domain, String device) {
        return domain.hostdevs().stream()
                .filter(hostdev -> hostdev.device().filter(device::equals).isPresent())
                .findFirst();
    }
}
