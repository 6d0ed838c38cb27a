/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Ways;

/** A host that can be asked now. */
record LiveSource(Host host) implements Source {
    @Override
    public String kind() {
        return host.kind();
    }

    @Override
    public Inventory inventory() {
        return host.inventory();
    }

    @Override
    public List<HostDevice> select(List<String> names) {
        return Selection.of(names, host.inventory().devices(), host::find);
    }

    @Override
    public List<DeviceProbe> probe(List<HostDevice> devices, ProbeOptions options) {
        List<String> known =
                Ways.of(host, options.mayReset()).stream().map(w -> w.name()).toList();
        String only = options.wayOrNull();
        if (only != null && !known.contains(only)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "this host has no way of asking called " + only,
                    known.isEmpty() ? "It has none." : "It has: " + String.join(", ", known) + ".");
        }
        Prober prober = new Prober(Ways.of(host, options.mayReset()).stream()
                .filter(w -> only == null || w.name().equals(only))
                .toList());
        return devices.stream().map(prober::probe).toList();
    }

    /** Whether it is this machine's kernel and has nothing of VFIO at all. */
    boolean isBareKernel() {
        return host instanceof KernelHost kernel && !kernel.hasVfio();
    }

    @Override
    public void close() {
        host.close();
    }
}
