/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.control.RunningHost;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.preflight.Judge;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Platform;

/** The running user-space host. */
public record RunningSource(RunningHost host) implements Source {
    @Override
    public String kind() {
        return "user";
    }

    @Override
    public Machine machine() {
        return host.machine();
    }

    @Override
    public Platform platform(World world) {
        return Platform.of(world.root(), world.commands());
    }

    @Override
    public @Nullable Judge judgeOrNull() {
        return host::acceptsMigrationVersion;
    }

    @Override
    public Inventory types() {
        return host.types();
    }

    @Override
    public Inventory inventory() {
        return host.inventory();
    }

    @Override
    public Optional<HostDevice> find(String name) {
        return host.find(name);
    }

    @Override
    public List<DeviceProbe> probe(List<HostDevice> devices, boolean mayReset, @Nullable String wayOrNull) {
        return host.probe(devices, mayReset, wayOrNull);
    }

    @Override
    public List<Comparison> compare(List<HostDevice> devices, boolean mayReset) {
        return host.compare(devices, mayReset);
    }

    @Override
    public void close() {
        host.close();
    }
}
