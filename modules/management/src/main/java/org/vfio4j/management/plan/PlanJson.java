/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.domain.DomainXml;
import org.vfio4j.management.rule.Version;
import org.vfio4j.management.snapshot.Json;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of a plan, stable for scripts: {@code works}, what the machine is taken for, the devices, what to write where, and the findings. */
public final class PlanJson {
    private PlanJson() {}

    /**
     * All of a plan. What to write is null where the plan does not work.
     *
     * @param host the devices' host's kind
     * @param plannedOrNull the domain XML with the plan in it; null if none was given
     */
    public static ObjectNode of(String host, Plan plan, @Nullable DomainXml plannedOrNull) {
        ObjectNode document = Json.document(host).put("works", plan.works());
        vm(document.putObject("vm"), plan.vm());
        ArrayNode devices = document.putArray("devices");
        for (int i = 0; i < plan.devices().size(); i++) {
            device(devices.addObject(), plan.devices().get(i), i);
        }
        words(document.putArray("consoles"), plan.consoles());
        document.put("emulated_video", !plan.withoutVideo()).put("shared_memory", plan.sharesMemory());
        if (plan.works()) {
            document.put("libvirt", plannedOrNull == null ? LibvirtXml.alone(plan) : plannedOrNull.xml());
            document.put("diff", plannedOrNull == null ? null : plannedOrNull.diff("domain.xml"));
            ArrayNode arguments = document.putArray("qemu");
            QemuArguments.of(plan).forEach(arguments::add);
        } else {
            document.putNull("libvirt").putNull("diff").putNull("qemu");
        }
        Json.findings(document.putArray("findings"), plan.findings());
        return document;
    }

    private static void vm(ObjectNode node, VmFacts vm) {
        node.put("qemu", text(vm.qemu()))
                .put("libvirt", text(vm.libvirt()))
                .put("machine", vm.machineOrNull())
                .put("architecture", vm.architectureOrNull());
        switch (vm.renderNode()) {
            case RenderNode.At(String path) -> node.put("render_node", path);
            case RenderNode.None none -> node.put("render_node", "none");
            case RenderNode.Unknown unknown -> node.putNull("render_node");
        }
        if (vm.consoles().isPresent()) {
            words(node.putArray("consoles"), vm.consoles().get());
        } else {
            node.putNull("consoles");
        }
    }

    private static void device(ObjectNode node, PlannedDevice device, int number) {
        node.put("device", device.candidate().name())
                .put("kind", device.candidate().kind())
                .put("display", device.display())
                .put("ramfb", device.ramfb())
                .put("resolution", device.resolution().map(Resolution::toString).orElse(null))
                .set("qemu_device", QemuArguments.json(device, "hostdev" + number));
    }

    private static void words(ArrayNode into, List<Console> consoles) {
        consoles.forEach(console -> into.add(console.word()));
    }

    private static @Nullable String text(Optional<Version> version) {
        return version.map(Version::toString).orElse(null);
    }
}
