/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.List;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.host.SocketHost;
import org.vfio4j.vfio.VfioDevice;

/** Opens the device as a virtual machine would. */
public final class OpenWay extends OpeningWay {
    private final Host host;

    /**
     * @param mayReset whether PCI and platform devices may be opened, which resets them
     */
    public OpenWay(Host host, boolean mayReset) {
        super("open", mayReset);
        this.host = host;
    }

    @Override
    public String needs() {
        if (host instanceof SocketHost) {
            return "leave to connect to the device's socket, the device free";
        }
        return mayReset()
                ? "read and write access to the group's node, the device free; it resets a physical device"
                : "read and write access to the group's node, the device free";
    }

    @Override
    public String touches() {
        return host instanceof SocketHost
                ? "the device, released again"
                : "container, group, IOMMU and device, all closed again";
    }

    @Override
    VfioDevice open(HostDevice device) {
        return host.open(device);
    }

    @Override
    List<String> foreignMembers(HostDevice device) {
        return host instanceof KernelHost kernel ? kernel.foreignMembers(device) : List.of();
    }
}
