/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.vfio4j.fleet.inventory.Fleet;
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

/**
 * Hosts {@code node00000}, {@code node00001}, …: each has two cards with room for eight {@code small} or four {@code large} devices, of which the first
 * has one or two {@code small} devices that migrate. Every third runs an older kernel and QEMU.
 */
final class FleetOf {
    private FleetOf() {}

    static Fleet hosts(int count) {
        List<Snapshot> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            all.add(host(i));
        }
        return Fleet.of(all);
    }

    static Snapshot host(int number) {
        boolean isOld = number % 3 == 0;
        int made = 1 + number % 2;
        List<DeviceProbe> probes = new ArrayList<>();
        for (int i = 0; i < made; i++) {
            probes.add(device(new UUID(0x4000L, 0x8000000000000000L | (10L * number + i)), i == 0));
        }
        return snapshot(
                String.format("node%05d", number),
                isOld ? "6.8.0" : "6.12.43",
                isOld ? "9.2.4" : "11.1.0",
                List.of(card("0000:10:00.0", made), card("0000:11:00.0", 0)),
                probes);
    }

    static Snapshot snapshot(
            String name, String kernel, String qemu, List<MdevParent> parents, List<DeviceProbe> probes) {
        return new Snapshot(
                "kernel",
                name,
                kernel,
                new Platform(qemu, "11.3.0", true),
                Instant.parse("2026-11-23T10:15:30Z"),
                new Inventory(parents, probes.stream().map(DeviceProbe::device).toList(), List.of()),
                probes);
    }

    private static MdevParent card(String name, int made) {
        return new MdevParent(
                name,
                "cards",
                "1.0",
                List.of(
                        new MdevParent.Type("large", "Large", "8 MB video memory", 4 - (made + 1) / 2, "vfio-pci"),
                        new MdevParent.Type("small", "Small", "4 MB video memory", 8 - made, "vfio-pci")));
    }

    private static DeviceProbe device(UUID uuid, boolean inUse) {
        Usage usage = inUse ? Usage.inUse(List.of(new Usage.Holder(4711, "qemu-system-x86"))) : Usage.FREE;
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, new Answer.No("open", "none"));
        }
        answers.put(
                Question.MIGRATION,
                new Answer.Yes("open", "DEVICE_FEATURE GET MIGRATION: 0x7", List.of("stop-copy", "p2p", "pre-copy")));
        answers.put(Question.DIRTY_TRACKING, new Answer.Yes("open", "DMA_LOGGING_START: ok"));
        return new DeviceProbe(
                new HostDevice(
                        uuid.toString(),
                        DeviceKind.MDEV,
                        "0000:10:00.0",
                        "small",
                        "cards",
                        "1.0",
                        true,
                        1,
                        null,
                        usage,
                        "1.0",
                        null,
                        null),
                answers);
    }
}
