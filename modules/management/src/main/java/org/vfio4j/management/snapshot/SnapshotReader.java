/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what {@link Json#snapshot} wrote. The file may come from anybody: every value is checked, sizes are bounded, keys of a later minor
 * release are passed over.
 */
public final class SnapshotReader {
    /** The largest snapshot that is read, in bytes: a host with 100,000 devices makes about 130 MB. */
    public static final int MAX_BYTES = 512 << 20;

    private static final int MAX_TEXT = 16_384;
    private static final int MAX_DEPTH = 32;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxStringLength(MAX_TEXT)
                            .maxNumberLength(32)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private SnapshotReader() {}

    /** Reads a snapshot from UTF-8 JSON; a {@link SnapshotException} says where it is wrong. */
    public static Snapshot read(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new SnapshotException("snapshot", "is larger than " + (MAX_BYTES >> 20) + " MB");
        }
        JsonNode document;
        try {
            document = MAPPER.readTree(json);
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            String where = at == null ? "snapshot" : "line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new SnapshotException(where, "JSON expected: " + e.getOriginalMessage());
        }
        Cursor root = new Cursor("snapshot", document).object();
        int schema = root.at("schema").integer();
        if (schema < 1) {
            throw root.at("schema").wrong("a number from 1");
        }
        if (schema > Snapshot.SCHEMA) {
            throw new SnapshotException(
                    "schema", schema + " is newer than this release reads (" + Snapshot.SCHEMA + "): update vfio4j");
        }
        List<DeviceProbe> probes = root.at("devices").each(SnapshotReader::probe);
        Inventory inventory = new Inventory(
                root.at("parents").each(SnapshotReader::parent),
                probes.stream().map(DeviceProbe::device).toList(),
                root.at("findings").each(SnapshotReader::finding));
        return new Snapshot(
                root.at("host").text(),
                root.at("host_name").text(),
                root.at("kernel").text(),
                instant(root.at("taken")),
                inventory,
                probes);
    }

    private static Instant instant(Cursor at) {
        try {
            return Instant.parse(at.text());
        } catch (DateTimeParseException e) {
            throw at.wrong("an instant such as 2026-11-23T10:15:30Z");
        }
    }

    private static MdevParent parent(Cursor at) {
        return new MdevParent(at.at("parent").text(), at.at("types").each(SnapshotReader::type));
    }

    private static MdevParent.Type type(Cursor at) {
        return new MdevParent.Type(
                at.at("type").text(),
                at.at("name").textOrNull(),
                at.at("description").textOrNull(),
                at.at("available_instances").countOrNull(),
                at.at("device_api").textOrNull());
    }

    private static DeviceProbe probe(Cursor at) {
        HostDevice device = new HostDevice(
                at.at("device").text(),
                at.at("kind").word(DeviceKind.values(), DeviceKind::word),
                at.at("parent").textOrNull(),
                at.at("type").textOrNull(),
                at.at("driver").textOrNull(),
                at.at("versions").object().at("host_driver").textOrNull(),
                !Boolean.FALSE.equals(at.at("vfio_bound").booleanOrNull()),
                at.at("group").countOrNull(),
                at.at("cdev").textOrNull(),
                usage(at));
        Cursor features = at.at("features").object();
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        for (Question question : Question.values()) {
            answers.put(question, answer(features.at(question.word())));
        }
        return new DeviceProbe(device, answers);
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

    private static Finding finding(Cursor at) {
        return new Finding(
                at.at("id").text(),
                at.at("severity").word(Finding.Severity.values(), Finding.Severity::word),
                at.at("subject").text(),
                at.at("text").text(),
                at.at("remedy").text());
    }

    /** A value in the document and where it is. */
    private record Cursor(String where, @Nullable JsonNode node) {
        Cursor at(String key) {
            return new Cursor(where.equals("snapshot") ? key : where + "." + key, node == null ? null : node.get(key));
        }

        boolean isAbsent() {
            return node == null || node.isNull();
        }

        Cursor object() {
            if (node == null || !node.isObject()) {
                throw wrong("an object");
            }
            return this;
        }

        <T> List<T> each(Function<Cursor, T> read) {
            if (node == null || !node.isArray()) {
                throw wrong("an array");
            }
            List<T> all = new ArrayList<>();
            int i = 0;
            for (JsonNode element : node) {
                all.add(read.apply(new Cursor(where + "[" + i++ + "]", element)));
            }
            return all;
        }

        String text() {
            String text = textOrNull();
            if (text == null) {
                throw wrong("a text");
            }
            return text;
        }

        @Nullable
        String textOrNull() {
            if (isAbsent()) {
                return null;
            }
            if (node == null || !node.isString()) {
                throw wrong("a text");
            }
            String text = node.stringValue();
            if (text.codePoints().anyMatch(Cursor::isUnprintable)) {
                throw wrong("a text without control characters");
            }
            return text;
        }

        /** Newline and tab are in attributes that drivers have; half a character could not be written again. */
        private static boolean isUnprintable(int c) {
            return Character.isISOControl(c) ? c != '\n' && c != '\t' : Character.getType(c) == Character.SURROGATE;
        }

        int integer() {
            if (node == null || !node.isInt()) {
                throw wrong("a whole number");
            }
            return node.intValue();
        }

        int count() {
            int count = integer();
            if (count < 0) {
                throw wrong("a number that is not negative");
            }
            return count;
        }

        @Nullable
        Integer countOrNull() {
            return isAbsent() ? null : Integer.valueOf(count());
        }

        @Nullable
        Boolean booleanOrNull() {
            if (isAbsent()) {
                return null;
            }
            if (node == null || !node.isBoolean()) {
                throw wrong("true, false or null");
            }
            return node.booleanValue();
        }

        <E> E word(E[] known, Function<E, String> spelling) {
            String word = text();
            for (E candidate : known) {
                if (spelling.apply(candidate).equals(word)) {
                    return candidate;
                }
            }
            throw wrong("one of " + List.of(known).stream().map(spelling).toList());
        }

        SnapshotException wrong(String expected) {
            return new SnapshotException(where, "expected " + expected);
        }
    }
}
