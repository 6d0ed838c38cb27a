/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.probe;

import java.util.List;
import java.util.Map;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.host.SocketHost;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.VfioDevice;

/**
 * Opens the device as a virtual machine would, asks it, and closes everything again. It leaves alone a device that is in use, and a physical
 * function unless it was told that this one may be reset.
 */
public final class OpenWay implements Way {
    private static final String NAME = "open";

    private final Host host;
    private final boolean mayReset;

    /**
     * @param mayReset whether PCI and platform devices may be opened, which resets them
     */
    public OpenWay(Host host, boolean mayReset) {
        this.host = host;
        this.mayReset = mayReset;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String needs() {
        if (host instanceof SocketHost) {
            return "leave to connect to the device's socket, the device free";
        }
        return mayReset
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
    public Map<Question, Answer> ask(HostDevice device) {
        if (device.usage().isInUse()) {
            return Questions.all(OpenRefusals.inUse(NAME, device));
        }
        if (!device.isVfioBound()) {
            return Questions.all(OpenRefusals.notBound(NAME, device));
        }
        if (device.kind() != DeviceKind.VFIO_USER && device.groupOrNull() == null && device.vfioNodeOrNull() == null) {
            return Questions.all(OpenRefusals.noGroup(NAME, device));
        }
        if ((device.kind() == DeviceKind.PCI || device.kind() == DeviceKind.PLATFORM) && !mayReset) {
            return Questions.all(OpenRefusals.intrusive(NAME, device));
        }
        try (VfioDevice open = host.open(device)) {
            return new Questions(NAME).ask(open);
        } catch (OpenException e) {
            return Questions.all(OpenRefusals.explain(NAME, device, e, foreignMembers(device)));
        } catch (ErrnoException e) {
            return Questions.all(OpenRefusals.failedQuery(NAME, "open and close " + device.name(), e));
        }
    }

    private List<String> foreignMembers(HostDevice device) {
        return host instanceof KernelHost kernel ? kernel.foreignMembers(device) : List.of();
    }
}
