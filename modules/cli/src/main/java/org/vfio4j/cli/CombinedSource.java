/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.preflight.Judge;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Platform;

/** All that this machine has: its kernel's devices, and after them those of the running user-space host. */
record CombinedSource(LiveSource kernel, RunningSource user) implements Source {
    @Override
    public String kind() {
        return kernel.kind() + "+" + user.kind();
    }

    @Override
    public Machine machine() {
        return kernel.machine();
    }

    @Override
    public Platform platform(World world) {
        return kernel.platform(world);
    }

    @Override
    public @Nullable Judge judgeOrNull() {
        return user.judgeOrNull();
    }

    @Override
    public Inventory types() {
        return both(Source::types);
    }

    @Override
    public Inventory inventory() {
        return both(Source::inventory);
    }

    @Override
    public Optional<HostDevice> find(String name) {
        return kernel.find(name).or(() -> user.find(name));
    }

    @Override
    public List<DeviceProbe> probe(List<HostDevice> devices, boolean mayReset, @Nullable String wayOrNull) {
        return each(devices, (source, part) -> source.probe(part, mayReset, wayOrNull));
    }

    @Override
    public List<Comparison> compare(List<HostDevice> devices, boolean mayReset) {
        return each(devices, (source, part) -> source.compare(part, mayReset));
    }

    @Override
    public void close() {
        kernel.close();
        user.close();
    }

    private Inventory both(Function<Source, Inventory> part) {
        Inventory first = part.apply(kernel);
        Inventory second = part.apply(user);
        return new Inventory(
                joined(first.parents(), second.parents()),
                joined(first.devices(), second.devices()),
                joined(first.findings(), second.findings()));
    }

    /** Each host is asked about its own devices; where there are none, not at all. */
    private <T> List<T> each(List<HostDevice> devices, BiFunction<Source, List<HostDevice>, List<T>> ask) {
        Set<HostDevice> users = user.inventory().devices().stream().collect(Collectors.toSet());
        List<HostDevice> kernels =
                devices.stream().filter(d -> !users.contains(d)).toList();
        List<HostDevice> rest = devices.stream().filter(users::contains).toList();
        return joined(
                kernels.isEmpty() ? List.of() : ask.apply(kernel, kernels),
                rest.isEmpty() ? List.of() : ask.apply(user, rest));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
