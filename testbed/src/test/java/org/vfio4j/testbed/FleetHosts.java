/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.vfio4j.fleet.inventory.Claim;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;

/** Hosts for tests of inventories: one parent mtty with so many instances left, and devices that were made. */
final class FleetHosts {
    private FleetHosts() {}

    static Snapshot host(String name, int available, UUID... made) {
        List<DeviceProbe> probes = new ArrayList<>();
        for (UUID uuid : made) {
            java.util.Map<Question, Answer> answers = new java.util.EnumMap<>(Question.class);
            for (Question question : Question.values()) {
                answers.put(question, new Answer.No("test", "none"));
            }
            probes.add(new DeviceProbe(
                    new HostDevice(
                            uuid.toString(),
                            DeviceKind.MDEV,
                            "mtty",
                            "mtty-1",
                            "mtty",
                            null,
                            true,
                            null,
                            null,
                            Usage.FREE),
                    answers));
        }
        MdevParent parent = new MdevParent(
                "mtty",
                "mtty",
                null,
                List.of(new MdevParent.Type("mtty-1", "Single port serial", null, available, "vfio-pci")));
        return new Snapshot(
                "user",
                name,
                "6.12.0",
                Platform.UNKNOWN,
                Instant.EPOCH,
                new Inventory(
                        List.of(parent),
                        probes.stream().map(DeviceProbe::device).toList(),
                        List.of()),
                probes);
    }

    static Claim claim(String host, String holder, int seconds) {
        return Claim.instance(UUID.randomUUID(), host, "mtty", "mtty-1", holder, Duration.ofSeconds(seconds));
    }
}
