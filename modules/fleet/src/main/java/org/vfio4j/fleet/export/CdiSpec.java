/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.export;

import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A host's devices as a container runtime takes them: the Container Device Interface's specification, for {@code /etc/cdi}. A device is the nodes
 * that a process in the container needs to open it: of its group and the container, and of its cdev and iommufd where there are such.
 */
public final class CdiSpec {
    /** What {@code --device vfio4j.org/vfio=NAME} names. */
    public static final String KIND = "vfio4j.org/vfio";

    /** The first version in which a device's name may begin with a digit, as UUIDs and PCI addresses do. */
    private static final String VERSION = "0.5.0";

    private CdiSpec() {}

    /** Devices that no VFIO driver has are left out. */
    public static ObjectNode of(Snapshot host) {
        ObjectNode spec =
                JsonNodeFactory.instance.objectNode().put("cdiVersion", VERSION).put("kind", KIND);
        ArrayNode devices = spec.putArray("devices");
        for (HostDevice device : host.inventory().devices()) {
            boolean hasNode = device.group().isPresent() || device.vfioNode().isPresent();
            if (device.isVfioBound() && hasNode) {
                device(devices.addObject(), device);
            }
        }
        return spec;
    }

    private static void device(ObjectNode into, HostDevice device) {
        ArrayNode nodes = into.put("name", Names.word(device.name().replace(':', '_')))
                .putObject("containerEdits")
                .putArray("deviceNodes");
        if (device.group().isPresent()) {
            nodes.addObject().put("path", "/dev/vfio/vfio");
            nodes.addObject().put("path", "/dev/vfio/" + device.group().getAsInt());
        }
        device.vfioNode().filter(node -> node.matches("vfio[0-9]{1,9}")).ifPresent(node -> {
            nodes.addObject().put("path", "/dev/iommu");
            nodes.addObject().put("path", "/dev/vfio/devices/" + node);
        });
    }
}
