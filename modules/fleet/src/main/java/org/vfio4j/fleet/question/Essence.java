/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.question;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
import org.vfio4j.management.snapshot.Snapshot;

/**
 * A host with nothing left but what decides whether a device of one kind can come to it, or leave it: no names, no counts, nothing twice. Of ten
 * thousand hosts there are a few dozen, so a question that is asked of each essence once is answered for all. It is a snapshot, so preflight itself
 * is asked; that it answers the same of the essence as of the whole host is tested.
 */
final class Essence {
    private static final String HOST = "host";
    private static final String DEVICE = "device";
    private static final Answer NOTHING = new Answer.Unknown("", "", Cause.NOT_OFFERED, "", "");

    private Essence() {}

    /** A place on a parent for a device of a type, taken to have room. */
    static Snapshot ofPlace(Snapshot host, MdevParent parent, MdevParent.Type type) {
        MdevParent.Type open = new MdevParent.Type(
                type.id(),
                null,
                null,
                type.availableOrNull() == null ? null : 1,
                type.deviceApiOrNull(),
                type.migrationVersionOrNull(),
                type.migrationAccepts());
        MdevParent only = new MdevParent("parent", parent.driverOrNull(), parent.driverVersionOrNull(), List.of(open));
        Set<DeviceProbe> likes = new LinkedHashSet<>();
        DeviceProbe first = null;
        DeviceProbe told = null;
        boolean hasLikely = false;
        for (DeviceProbe probe : host.probes()) {
            HostDevice device = probe.device();
            if (device.kind() != DeviceKind.MDEV || !type.id().equals(device.typeOrNull())) {
                continue;
            }
            boolean here = parent.name().equals(device.parentOrNull());
            if (here && !hasLikely) {
                hasLikely = true; // whose driver's version counts
                likes.add(nameless(probe, "parent", migrationAlone(null)));
            }
            first = first == null ? probe : first;
            if (told == null && !(probe.answer(Question.MIGRATION) instanceof Answer.Unknown)) {
                told = probe;
            }
        }
        DeviceProbe asked = told == null ? first : told;
        if (asked != null) {
            likes.add(nameless(asked, "elsewhere", migrationAlone(asked)));
        }
        return snapshot(host, List.of(only), new ArrayList<>(likes));
    }

    /** The PCI or platform devices that a device could become. */
    static Snapshot ofDevices(Snapshot host, HostDevice like) {
        Set<DeviceProbe> fitting = new LinkedHashSet<>();
        for (DeviceProbe probe : host.probes()) {
            if (isLike(probe.device(), like)) {
                fitting.add(nameless(probe, null, migrationAlone(probe)));
            }
        }
        return snapshot(host, List.of(), numbered(fitting));
    }

    /** Whether a device that is there is of the same kind and, as far as both say it, of the same model. */
    static boolean isLike(HostDevice there, HostDevice like) {
        return there.kind() == like.kind()
                && (Objects.equals(there.pciIdOrNull(), like.pciIdOrNull())
                        || there.pciIdOrNull() == null
                        || like.pciIdOrNull() == null);
    }

    /** A device at its source. */
    static Snapshot ofSource(Snapshot host, DeviceProbe probe) {
        List<MdevParent> parents = new ArrayList<>();
        for (MdevParent parent : host.inventory().parents()) {
            if (parent.name().equals(probe.device().parentOrNull())) {
                parents.add(new MdevParent(
                        "parent",
                        parent.driverOrNull(),
                        parent.driverVersionOrNull(),
                        parent.types().stream()
                                .filter(t -> t.id().equals(probe.device().typeOrNull()))
                                .map(Essence::uncounted)
                                .toList()));
            }
        }
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        probe.answers().forEach((question, answer) -> answers.put(question, bare(answer)));
        DeviceProbe only = nameless(probe, probe.device().parentOrNull() == null ? null : "parent", answers);
        return snapshot(host, parents, List.of(only));
    }

    /** How the device of {@link #ofSource} is called. */
    static String sourceDevice() {
        return DEVICE;
    }

    private static MdevParent.Type uncounted(MdevParent.Type type) {
        return new MdevParent.Type(
                type.id(),
                null,
                null,
                null,
                type.deviceApiOrNull(),
                type.migrationVersionOrNull(),
                type.migrationAccepts());
    }

    private static DeviceProbe nameless(
            DeviceProbe probe, @Nullable String parentOrNull, Map<Question, Answer> answers) {
        HostDevice d = probe.device();
        Usage usage = new Usage(d.usage().state(), List.of());
        return new DeviceProbe(
                new HostDevice(
                        DEVICE,
                        d.kind(),
                        parentOrNull,
                        d.typeOrNull(),
                        d.driverOrNull(),
                        d.driverVersionOrNull(),
                        d.isVfioBound(),
                        null,
                        null,
                        d.kind() == DeviceKind.MDEV ? Usage.UNKNOWN : usage,
                        d.guestDriverVersionOrNull(),
                        null,
                        d.pciIdOrNull()),
                answers);
    }

    /** What rules look at of an answer: neither where it is from nor what was seen. */
    private static Answer bare(Answer answer) {
        return switch (answer) {
            case Answer.Yes yes -> new Answer.Yes("", "", yes.flags());
            case Answer.No _ -> new Answer.No("", "");
            case Answer.Unknown _ -> NOTHING;
        };
    }

    /** Of a destination's devices only the answer to that question counts; of one that stands only for its driver, none. */
    private static Map<Question, Answer> migrationAlone(@Nullable DeviceProbe probeOrNull) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, NOTHING);
        }
        if (probeOrNull != null) {
            answers.put(Question.MIGRATION, bare(probeOrNull.answer(Question.MIGRATION)));
        }
        return answers;
    }

    /** Devices that are there need names of their own, since one that is taken is taken. */
    private static List<DeviceProbe> numbered(Set<DeviceProbe> probes) {
        List<DeviceProbe> all = new ArrayList<>();
        for (DeviceProbe probe : probes) {
            HostDevice d = probe.device();
            all.add(new DeviceProbe(
                    new HostDevice(
                            DEVICE + all.size(),
                            d.kind(),
                            null,
                            d.typeOrNull(),
                            d.driverOrNull(),
                            d.driverVersionOrNull(),
                            d.isVfioBound(),
                            null,
                            null,
                            d.usage(),
                            d.guestDriverVersionOrNull(),
                            null,
                            d.pciIdOrNull()),
                    probe.answers()));
        }
        return all;
    }

    private static Snapshot snapshot(Snapshot host, List<MdevParent> parents, List<DeviceProbe> probes) {
        return new Snapshot(
                host.host(),
                HOST,
                host.kernel(),
                host.platform(),
                Instant.EPOCH,
                new Inventory(parents, probes.stream().map(DeviceProbe::device).toList(), List.of()),
                probes);
    }
}
