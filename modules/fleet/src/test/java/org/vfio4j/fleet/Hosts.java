/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * Hosts for tests and for measuring: cards as NVIDIA's, with types of several sizes, made the same from the same seed. A few kinds of hosts differ in
 * kernel, QEMU and driver versions, as a fleet does that is updated host by host.
 */
public final class Hosts {
    /** Of a card of 24 GB: types of these sizes in GB. */
    private static final int[] SIZES = {1, 2, 3, 4, 6, 8, 12, 24};

    private static final int CARD = 24;
    private static final List<String> DRIVERS = List.of("550.90.05", "570.124.03", "580.65.05");
    private static final List<String> KERNELS = List.of("6.8.0-60-generic", "6.12.43+deb13-amd64", "6.14.0-15-generic");
    private static final List<String> QEMUS = List.of("9.2.4", "10.0.3", "11.1.0");

    private Hosts() {}

    /** So many hosts with so many cards each, and devices on a random part of them. */
    public static List<Snapshot> fleet(int hosts, int parents, long seed) {
        Random random = new Random(seed);
        List<Snapshot> all = new ArrayList<>(hosts);
        for (int i = 0; i < hosts; i++) {
            all.add(host(String.format("node%05d", i), parents, random));
        }
        return all;
    }

    /** One host. */
    public static Snapshot host(String name, int parents, Random random) {
        int age = random.nextInt(KERNELS.size());
        String driver = DRIVERS.get(random.nextInt(4) > 0 ? age : random.nextInt(DRIVERS.size()));
        List<MdevParent> cards = new ArrayList<>();
        List<DeviceProbe> probes = new ArrayList<>();
        for (int i = 0; i < parents; i++) {
            String card = String.format("0000:%02x:00.0", 0x10 + i);
            int size = SIZES[random.nextInt(SIZES.length)];
            int made = random.nextInt(CARD / size + 1);
            for (int j = 0; j < made; j++) {
                probes.add(device(card, "nvidia-" + (700 + size), driver, uuid(random), random.nextInt(3) > 0, random));
            }
            cards.add(card(card, driver, made == 0 ? 0 : size, made));
        }
        return snapshot(name, KERNELS.get(age), QEMUS.get(age), cards, probes);
    }

    /** A card with so many devices of a size on it; with any, it takes no other size. */
    public static MdevParent card(String name, String driver, int size, int made) {
        List<MdevParent.Type> types = new ArrayList<>();
        for (int s : SIZES) {
            int left = size == 0 ? CARD / s : s == size ? CARD / s - made : 0;
            types.add(new MdevParent.Type(
                    "nvidia-" + (700 + s),
                    "NVIDIA L4-" + s + "Q",
                    "num_heads=4, frl_config=60, framebuffer=" + s * 1024 + "M, max_resolution=7680x4320, max_instance="
                            + CARD / s,
                    left,
                    "vfio-pci"));
        }
        return new MdevParent(name, "nvidia", driver, types);
    }

    /** A device that migrates. */
    public static DeviceProbe device(
            String parent, String type, String driverVersion, UUID uuid, boolean inUse, Random random) {
        Usage usage = inUse
                ? Usage.inUse(List.of(new Usage.Holder(1000 + random.nextInt(1_000_000), "qemu-system-x86")))
                : Usage.FREE;
        HostDevice device = new HostDevice(
                uuid.toString(),
                DeviceKind.MDEV,
                parent,
                type,
                "nvidia",
                driverVersion,
                true,
                random.nextInt(512),
                null,
                usage,
                driverVersion,
                null,
                null);
        return new DeviceProbe(device, answers(random.nextInt(20) == 0 ? null : Boolean.TRUE));
    }

    /** Answers of a device that migrates, does not, or of which nobody knows. */
    public static Map<Question, Answer> answers(@Nullable Boolean migrates) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        Answer unknown = new Answer.Unknown("open", "held", Cause.IN_USE, "it is in use", "Ask when it is free.");
        for (Question question : Question.values()) {
            answers.put(question, migrates == null ? unknown : new Answer.No("open", question.word() + ": EINVAL"));
        }
        if (Boolean.TRUE.equals(migrates)) {
            answers.put(
                    Question.MIGRATION,
                    new Answer.Yes(
                            "open", "DEVICE_FEATURE GET MIGRATION: 0x7", List.of("stop-copy", "p2p", "pre-copy")));
            answers.put(Question.DIRTY_TRACKING, new Answer.Yes("open", "DMA_LOGGING_START: ok"));
        }
        return answers;
    }

    /** A snapshot of these. */
    public static Snapshot snapshot(
            String name, String kernel, @Nullable String qemu, List<MdevParent> parents, List<DeviceProbe> probes) {
        return new Snapshot(
                "kernel",
                name,
                kernel,
                new Platform(qemu, qemu == null ? null : "11.3.0", true),
                Instant.parse("2026-11-23T10:15:30Z"),
                new Inventory(parents, probes.stream().map(DeviceProbe::device).toList(), List.of()),
                probes);
    }

    /** A UUID that follows from the seed. */
    public static UUID uuid(Random random) {
        return new UUID(
                (random.nextLong() & ~0xf000L) | 0x4000L,
                (random.nextLong() & 0x3fffffffffffffffL) | 0x8000000000000000L);
    }
}
