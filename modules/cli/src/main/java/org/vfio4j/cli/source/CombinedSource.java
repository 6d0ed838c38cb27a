/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.preflight.Judge;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Platform;

/**
 * All that this machine has: its kernel's devices, and after them those of the running user-space host. Both can have a device of one name,
 * so what came from the latter is known by the object itself.
 */
final class CombinedSource implements Source {
    private final LiveSource kernel;
    private final RunningSource user;
    private final Set<Object> users = Collections.newSetFromMap(new IdentityHashMap<>());

    CombinedSource(LiveSource kernel, RunningSource user) {
        this.kernel = kernel;
        this.user = user;
    }

    @Override
    public boolean isCombined() {
        return true;
    }

    @Override
    public String hostOf(Object part) {
        return (users.contains(part) ? user : kernel).kind();
    }

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
        return kernel.find(name).or(() -> user.find(name).map(this::fromUser));
    }

    @Override
    public List<DeviceProbe> probe(List<HostDevice> devices, boolean mayReset, @Nullable String wayOrNull) {
        return each(
                devices,
                part -> kernel.probe(part, mayReset, wayOrNull),
                part -> user.probe(part, mayReset, wayOrNull).stream()
                        .map(this::fromUser)
                        .toList());
    }

    @Override
    public List<Comparison> compare(List<HostDevice> devices, boolean mayReset) {
        return each(devices, part -> kernel.compare(part, mayReset), part -> user.compare(part, mayReset));
    }

    @Override
    public void close() {
        kernel.close();
        user.close();
    }

    private Inventory both(Function<Source, Inventory> part) {
        Inventory first = part.apply(kernel);
        Inventory second = part.apply(user);
        users.addAll(second.parents());
        users.addAll(second.devices());
        return new Inventory(
                joined(first.parents(), second.parents()),
                joined(first.devices(), second.devices()),
                joined(first.findings(), second.findings()));
    }

    private <T> T fromUser(T part) {
        users.add(part);
        return part;
    }

    /** Each host is asked about its own devices; where there are none, not at all. */
    private <T> List<T> each(
            List<HostDevice> devices,
            Function<List<HostDevice>, List<T>> askKernel,
            Function<List<HostDevice>, List<T>> askUser) {
        List<HostDevice> kernels =
                devices.stream().filter(d -> !users.contains(d)).toList();
        List<HostDevice> rest = devices.stream().filter(users::contains).toList();
        return joined(
                kernels.isEmpty() ? List.of() : askKernel.apply(kernels),
                rest.isEmpty() ? List.of() : askUser.apply(rest));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
