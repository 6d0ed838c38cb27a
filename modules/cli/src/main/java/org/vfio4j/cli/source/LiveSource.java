/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.host.Host;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.KernelHost;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.preflight.Judge;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Way;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.management.snapshot.Platform;

/**
 * A host that can be asked now.
 *
 * @param name what it is called in a sentence
 */
public record LiveSource(String name, Host host) implements Source {
    @Override
    public String kind() {
        return host.kind();
    }

    @Override
    public Machine machine() {
        return host.machine();
    }

    @Override
    public Platform platform(World world) {
        if (host instanceof KernelHost kernel && !kernel.isThisMachine()) {
            return Platform.of(kernel.root());
        }
        return Platform.of(world.root(), world.commands());
    }

    @Override
    public @Nullable Judge judgeOrNull() {
        return host instanceof UserHost user ? user::acceptsMigrationVersion : null;
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
        List<Way> ways = Ways.of(host, mayReset);
        if (wayOrNull != null) {
            List<String> known = ways.stream().map(Way::name).toList();
            if (!known.contains(wayOrNull)) {
                throw new CommandException(
                        ExitCode.USAGE,
                        name + " has no way of asking called " + wayOrNull,
                        "It has: " + String.join(", ", known) + ".");
            }
            ways = ways.stream().filter(w -> w.name().equals(wayOrNull)).toList();
        }
        Prober prober = new Prober(ways);
        return devices.stream().map(prober::probe).toList();
    }

    @Override
    public List<Comparison> compare(List<HostDevice> devices, boolean mayReset) {
        return devices.stream().map(d -> Comparison.of(host, d, mayReset)).toList();
    }

    @Override
    public void close() {
        host.close();
    }
}
