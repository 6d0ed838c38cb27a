/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.time.Instant;
import java.util.List;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.probe.DeviceProbe;

/**
 * A host at a moment: what it has and what its devices answered.
 *
 * @param host the kind of the host it was taken from, such as {@code kernel}
 * @param hostName the name of the machine
 * @param kernel its kernel's release
 * @param platform what else of the machine decides what devices can do
 * @param taken when
 * @param inventory parents, types, findings, and the devices as in {@code probes}
 * @param probes every device with its answers
 */
public record Snapshot(
        String host,
        String hostName,
        String kernel,
        Platform platform,
        Instant taken,
        Inventory inventory,
        List<DeviceProbe> probes) {
    /** The version of the JSON form that this release writes, and the newest it reads. */
    public static final int SCHEMA = 1;

    public Snapshot {
        probes = List.copyOf(probes);
    }
}
