/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.List;
import java.util.Optional;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Snapshot;

/** A snapshot: it answers with what was answered then. */
record RecordedSource(Snapshot snapshot) implements Source {
    @Override
    public String kind() {
        return snapshot.host();
    }

    @Override
    public Inventory inventory() {
        return snapshot.inventory();
    }

    @Override
    public List<HostDevice> select(List<String> names) {
        return Selection.of(names, snapshot.inventory().devices(), name -> Optional.empty());
    }

    @Override
    public List<DeviceProbe> probe(List<HostDevice> devices, ProbeOptions options) {
        if (options.wayOrNull() != null || options.mayReset()) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "a snapshot can only repeat what was answered when it was taken",
                    "Leave out --way and --open, or ask on the host itself.");
        }
        return snapshot.probes().stream()
                .filter(p -> devices.contains(p.device()))
                .toList();
    }

    @Override
    public void close() {
        // nothing is held
    }
}
