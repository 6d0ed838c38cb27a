/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.snapshot.Snapshot;

/** What both sides answered when they were asked for migration, and how the answers go together. */
final class MigrationFacts {
    private static final String NOBODY =
            "no device there that is like it was asked, so nobody knows whether its driver can take one";
    private static final String ASK =
            "Make one there and take the snapshot anew (vfio start, vfio snapshot), or compare with a host that has one.";

    private MigrationFacts() {}

    /** Facts of the source's device. */
    static void source(Facts.Builder facts, DeviceProbe probe) {
        side(facts, "source", probe.answer(Question.MIGRATION));
        facts.put("source.dirty", probe.answer(Question.DIRTY_TRACKING).word());
    }

    /** Facts of what it is to become. */
    static void destination(Facts.Builder facts, DeviceProbe source, Place place, Snapshot destination) {
        DeviceProbe like = like(source.device(), place, destination);
        if (like == null) {
            facts.put("destination.migration", "unknown")
                    .put("destination.because", NOBODY)
                    .put("destination.remedy", ASK)
                    .put("flags.check", "unknown");
            return;
        }
        Answer there = like.answer(Question.MIGRATION);
        side(facts, "destination", there);
        if (source.answer(Question.MIGRATION) instanceof Answer.Yes here && there instanceof Answer.Yes yes) {
            flags(facts, here.flags(), yes.flags());
        }
    }

    private static void side(Facts.Builder facts, String side, Answer answer) {
        facts.put(side + ".migration", answer.word());
        switch (answer) {
            case Answer.Yes yes -> facts.put(side + ".flags", yes.flags());
            case Answer.No no -> facts.put(side + ".because", no.evidence());
            case Answer.Unknown unknown ->
                facts.put(side + ".because", unknown.because()).put(side + ".remedy", unknown.remedy());
        }
    }

    private static void flags(Facts.Builder facts, List<String> source, List<String> destination) {
        if (source.isEmpty() || destination.isEmpty()) {
            facts.put("flags.check", "unknown");
            return;
        }
        List<String> missing =
                source.stream().filter(flag -> !destination.contains(flag)).toList();
        List<String> more =
                destination.stream().filter(flag -> !source.contains(flag)).toList();
        facts.put("flags.check", missing.isEmpty() ? more.isEmpty() ? "same" : "more" : "missing")
                .put("flags.missing", missing)
                .put("flags.more", more);
    }

    /** The device that is there; of one that has yet to be made another of its type, if possible one that could tell. */
    private static @Nullable DeviceProbe like(HostDevice source, Place place, Snapshot destination) {
        DeviceProbe found = null;
        for (int i = 0; i < destination.probes().size(); i++) {
            DeviceProbe probe = destination.probes().get(i);
            HostDevice device = probe.device();
            if (place.deviceOrNull() != null) {
                if (device.name().equals(place.deviceOrNull().name())) {
                    return probe;
                }
            } else if (device.kind() == source.kind() && isOfType(device, source.type())) {
                if (!(probe.answer(Question.MIGRATION) instanceof Answer.Unknown)) {
                    return probe;
                }
                found = found == null ? probe : found;
            }
        }
        return found;
    }

    private static boolean isOfType(HostDevice device, Optional<String> type) {
        return type.isPresent() && device.type().equals(type);
    }
}
