/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;

/** Reads the parts that {@link Json} writes of a host, each checked, whatever document they come in. */
public final class InventoryReader {
    private InventoryReader() {}

    /** A parent with its types. */
    public static MdevParent parent(Cursor at) {
        return new MdevParent(
                at.at("parent").text(),
                at.at("driver").textOrNull(),
                at.at("driver_version").textOrNull(),
                at.at("types").each(InventoryReader::type));
    }

    private static MdevParent.Type type(Cursor at) {
        return new MdevParent.Type(
                at.at("type").text(),
                at.at("name").textOrNull(),
                at.at("description").textOrNull(),
                at.at("available_instances").countOrNull(),
                at.at("device_api").textOrNull(),
                at.at("migration_version").textOrNull(),
                at.at("migration_accepts").eachOrNone(Cursor::text));
    }

    /** A device without its answers. */
    public static HostDevice device(Cursor at) {
        Cursor versions = at.at("versions");
        return new HostDevice(
                at.at("device").text(),
                at.at("kind").word(DeviceKind.values(), DeviceKind::word),
                at.at("parent").textOrNull(),
                at.at("type").textOrNull(),
                at.at("driver").textOrNull(),
                versions.isAbsent() ? null : versions.object().at("host_driver").textOrNull(),
                !Boolean.FALSE.equals(at.at("vfio_bound").booleanOrNull()),
                at.at("group").countOrNull(),
                at.at("cdev").textOrNull(),
                usage(at),
                versions.isAbsent()
                        ? null
                        : versions.object().at("guest_driver").textOrNull(),
                at.at("socket").textOrNull(),
                at.at("pci_id").textOrNull());
    }

    /** A device with its answers. */
    public static DeviceProbe probe(Cursor at) {
        at.at("versions").object();
        HostDevice device = device(at);
        Cursor features = at.at("features").object();
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, answer(features.at(question.word())));
        }
        return new DeviceProbe(device, answers);
    }

    /** A device with every way's answers. */
    public static Comparison comparison(Cursor at) {
        return new Comparison(device(at), at.at("ways").each(InventoryReader::way));
    }

    private static Comparison.Row way(Cursor at) {
        String absence = at.at("because").textOrNull();
        Map<Question, Answer> learned = new EnumMap<>(Question.class);
        if (absence != null) {
            return new Comparison.Row(at.at("way").text(), absence, "", "", learned);
        }
        Cursor answers = at.at("learned").object();
        for (Question question : Question.values()) {
            Cursor answer = answers.at(question.word());
            if (!answer.isAbsent()) {
                learned.put(question, answer(answer));
            }
        }
        return new Comparison.Row(
                at.at("way").text(),
                null,
                at.at("needs").text(),
                at.at("touches").text(),
                learned);
    }

    private static Usage usage(Cursor device) {
        Boolean inUse = device.at("in_use").booleanOrNull();
        if (inUse == null) {
            return Usage.UNKNOWN;
        }
        if (!inUse) {
            return Usage.FREE;
        }
        Cursor holders = device.at("holders");
        return Usage.inUse(
                holders.isAbsent()
                        ? List.of()
                        : holders.each(h -> new Usage.Holder(
                                h.at("pid").count(), h.at("command").text())));
    }

    private static Answer answer(Cursor at) {
        if (at.isAbsent()) {
            return new Answer.Unknown(
                    "none",
                    "not in the snapshot",
                    Cause.NOT_OFFERED,
                    "the snapshot was taken by a release that did not ask this",
                    "Take a new one on the host: vfio snapshot FILE.");
        }
        String way = at.object().at("way").text();
        String evidence = at.at("evidence").text();
        String word = at.at("answer").text();
        return switch (word) {
            case "yes" ->
                new Answer.Yes(
                        way,
                        evidence,
                        at.at("flags").isAbsent() ? List.of() : at.at("flags").each(Cursor::text));
            case "no" -> new Answer.No(way, evidence);
            case "unknown" ->
                new Answer.Unknown(
                        way,
                        evidence,
                        at.at("cause").word(Cause.values(), Cause::word),
                        at.at("because").text(),
                        at.at("remedy").text());
            default -> throw at.at("answer").wrong("yes, no or unknown");
        };
    }

    /** A finding. */
    public static Finding finding(Cursor at) {
        return new Finding(
                at.at("id").text(),
                at.at("severity").word(Finding.Severity.values(), Finding.Severity::word),
                at.at("subject").text(),
                at.at("text").text(),
                at.at("remedy").text());
    }
}
