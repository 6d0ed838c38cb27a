/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.source;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.World;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.preflight.Judge;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Platform;

/** Where a command's facts come from: a host that can be asked, or what was written down of one. */
public sealed interface Source extends AutoCloseable permits LiveSource, RunningSource, CombinedSource, RecordedSource {
    /** The host's kind, as JSON calls it. */
    String kind();

    /** Whether several hosts are in it, and answers are to say which is meant. */
    default boolean isCombined() {
        return false;
    }

    /** The kind of the host that a device or a parent is on; {@code part} is the very object that this source has given. */
    default String hostOf(Object part) {
        return kind();
    }

    /** The machine that the host is on. */
    Machine machine();

    /** What else of that machine decides whether devices can move. */
    Platform platform(World world);

    /** Asks the drivers whether they load others' states; null where they cannot be asked now. */
    @Nullable
    Judge judgeOrNull();

    /** The parents and their types, without the devices. */
    Inventory types();

    Inventory inventory();

    /** A device by its whole name, even one that {@link #inventory} does not show. */
    Optional<HostDevice> find(String name);

    /**
     * Asks the devices.
     *
     * @param mayReset whether physical devices may be opened, which resets them
     * @param wayOrNull the only way to ask by; all of the host's if null
     */
    List<DeviceProbe> probe(List<HostDevice> devices, boolean mayReset, @Nullable String wayOrNull);

    /** Asks the devices by every way on its own. */
    List<Comparison> compare(List<HostDevice> devices, boolean mayReset);

    @Override
    void close();
}
