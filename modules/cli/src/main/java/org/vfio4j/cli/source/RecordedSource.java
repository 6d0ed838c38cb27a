/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.preflight.Judge;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;

/** A snapshot: it answers with what was answered then. */
public record RecordedSource(Snapshot snapshot) implements Source {
    @Override
    public String kind() {
        return snapshot.host();
    }

    @Override
    public Machine machine() {
        return new Machine(snapshot.hostName(), snapshot.kernel());
    }

    @Override
    public Platform platform(World world) {
        return snapshot.platform();
    }

    @Override
    public @Nullable Judge judgeOrNull() {
        return null;
    }

    @Override
    public Inventory types() {
        return snapshot.inventory();
    }

    @Override
    public Inventory inventory() {
        return snapshot.inventory();
    }

    @Override
    public Optional<HostDevice> find(String name) {
        return Optional.empty();
    }

    @Override
    public List<DeviceProbe> probe(List<HostDevice> devices, boolean mayReset, @Nullable String wayOrNull) {
        requireNoQuestion(wayOrNull, mayReset);
        Set<String> names = devices.stream().map(HostDevice::name).collect(Collectors.toSet());
        return snapshot.probes().stream()
                .filter(p -> names.contains(p.device().name()))
                .toList();
    }

    /** Refuses what would have to be asked now. */
    public void requireNoQuestion(@Nullable String wayOrNull, boolean mayReset) {
        if (wayOrNull != null || mayReset) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "a snapshot can only repeat what was answered when it was taken",
                    "Leave out --way and --open, or ask on the host itself.");
        }
    }

    @Override
    public List<Comparison> compare(List<HostDevice> devices, boolean mayReset) {
        throw new CommandException(
                ExitCode.USAGE,
                "a snapshot can only repeat what was answered when it was taken",
                "Leave out --compare, or ask on the host itself.");
    }

    @Override
    public void close() {
        // nothing is held
    }
}
