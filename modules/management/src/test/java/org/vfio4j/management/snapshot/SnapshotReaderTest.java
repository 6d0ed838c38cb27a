/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Cause;
import org.vfio4j.management.probe.Question;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class SnapshotReaderTest {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    /** Values of every type JSON has, none of which every key takes. */
    private static final List<String> VALUES =
            List.of("null", "true", "-1", "2147483648", "1.5", "1e99", "\"\"", "[]", "[[]]", "{}", "[null]");

    private static Snapshot read(String json) {
        return SnapshotReader.read(json.getBytes(StandardCharsets.UTF_8));
    }

    private static Snapshot read(JsonNode document) {
        return SnapshotReader.read(Samples.bytes(document));
    }

    /** The complete document with the value at {@code pointer} replaced, or left out if {@code value} is empty. */
    private static ObjectNode with(String pointer, String value) {
        ObjectNode document = Samples.document();
        JsonPointer at = JsonPointer.compile(pointer);
        JsonNode parent = document.at(at.head());
        if (parent instanceof ArrayNode array) {
            array.set(at.last().getMatchingIndex(), MAPPER.readTree(value));
        } else if (value.isEmpty()) {
            ((ObjectNode) parent).remove(at.last().getMatchingProperty());
        } else {
            ((ObjectNode) parent).set(at.last().getMatchingProperty(), MAPPER.readTree(value));
        }
        return document;
    }

    private static Stream<String> everyPlace() {
        List<String> places = new ArrayList<>();
        collect(Samples.document(), "", places);
        return places.stream();
    }

    private static void collect(JsonNode node, String at, List<String> places) {
        if (!at.isEmpty()) {
            places.add(at);
        }
        if (node instanceof ObjectNode object) {
            object.properties().forEach(e -> collect(e.getValue(), at + "/" + e.getKey(), places));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                collect(array.get(i), at + "/" + i, places);
            }
        }
    }

    @Test
    void readsBackWhatWasWritten() {
        Snapshot snapshot = Samples.snapshot();

        Snapshot read = read(Json.snapshot(snapshot));

        assertThat(read).isEqualTo(snapshot);
        assertThat(Json.snapshot(read)).hasToString(Json.snapshot(snapshot).toString());
    }

    @Test
    void keysOfALaterReleaseArePassedOver() {
        ObjectNode document = Samples.document().put("later", true);
        ((ObjectNode) document.at("/devices/0")).putObject("later").put("deep", 1);

        assertThat(read(document)).isEqualTo(Samples.snapshot());
    }

    @Test
    void aQuestionThatTheSnapshotDoesNotKnowIsUnknown() {
        Snapshot read = read(with("/devices/0/features/edid", ""));

        assertThat(read.probes().getFirst().answer(Question.EDID)).isInstanceOfSatisfying(Answer.Unknown.class, a -> {
            assertThat(a.cause()).isEqualTo(Cause.NOT_OFFERED);
            assertThat(a.remedy()).contains("vfio snapshot");
        });
        assertThat(read.probes().getFirst().answer(Question.MIGRATION)).isInstanceOf(Answer.Yes.class);
    }

    @Test
    void aDeviceWithoutVfioBoundWasTakenByAnEarlierReleaseAndIsBound() {
        assertThat(read(with("/devices/2/vfio_bound", ""))
                        .probes()
                        .get(2)
                        .device()
                        .isVfioBound())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/schema                            |              | schema: expected a whole number",
                "/schema                            | \"1\"        | schema: expected a whole number",
                "/schema                            | 0            | schema: expected a number from 1",
                "/schema                            | 2            | schema: 2 is newer than this release reads (1): update vfio4j",
                "/host                              | null         | host: expected a text",
                "/host_name                         | 7            | host_name: expected a text",
                "/kernel                            | {}           | kernel: expected a text",
                "/taken                             | \"today\"    | taken: expected an instant such as",
                "/parents                           |              | parents: expected an array",
                "/parents/0                         | 1            | parents[0].parent: expected a text",
                "/parents/0/types                   | {}           | parents[0].types: expected an array",
                "/parents/0/types/0/type            | null         | parents[0].types[0].type: expected a text",
                "/parents/0/types/0/name            | []           | parents[0].types[0].name: expected a text",
                "/parents/0/types/0/available_instances | -1       | parents[0].types[0].available_instances: expected a number that is not",
                "/parents/0/types/0/available_instances | 2147483648 | parents[0].types[0].available_instances: expected a whole number",
                "/parents/0/types/0/available_instances | 1.0      | parents[0].types[0].available_instances: expected a whole number",
                "/devices                           | null         | devices: expected an array",
                "/devices/0/device                  |              | devices[0].device: expected a text",
                "/devices/0/device                  | \"\\u001b[2J\" | devices[0].device: expected a text without control characters",
                "/devices/0/device                  | \"\\u0000\"  | devices[0].device: expected a text without control characters",
                "/devices/0/device                  | \"\\u009b\"  | devices[0].device: expected a text without control characters",
                "/devices/0/kind                    | \"usb\"      | devices[0].kind: expected one of [mdev, pci, platform, vfio-user]",
                "/devices/0/group                   | -1           | devices[0].group: expected a number that is not negative",
                "/devices/0/vfio_bound              | \"yes\"      | devices[0].vfio_bound: expected true, false or null",
                "/devices/0/in_use                  | 0            | devices[0].in_use: expected true, false or null",
                "/devices/1/holders                 | {}           | devices[1].holders: expected an array",
                "/devices/1/holders/0/pid           | -1           | devices[1].holders[0].pid: expected a number that is not negative",
                "/devices/1/holders/0/command       | null         | devices[1].holders[0].command: expected a text",
                "/devices/0/versions                |              | devices[0].versions: expected an object",
                "/devices/0/features                | []           | devices[0].features: expected an object",
                "/devices/0/features/edid           | \"no\"       | devices[0].features.edid: expected an object",
                "/devices/0/features/edid/answer    | \"maybe\"    | devices[0].features.edid.answer: expected yes, no or unknown",
                "/devices/0/features/edid/way       |              | devices[0].features.edid.way: expected a text",
                "/devices/0/features/edid/evidence  | 1            | devices[0].features.edid.evidence: expected a text",
                "/devices/0/features/migration/flags | [7]         | devices[0].features.migration.flags[0]: expected a text",
                "/devices/1/features/edid/cause     | \"bad luck\" | devices[1].features.edid.cause: expected one of [in-use,",
                "/devices/1/features/edid/because   |              | devices[1].features.edid.because: expected a text",
                "/devices/1/features/edid/remedy    | null         | devices[1].features.edid.remedy: expected a text",
                "/findings                          | \"none\"     | findings: expected an array",
                "/findings/0/severity               | \"awful\"    | findings[0].severity: expected one of [info, warning, blocker]",
            })
    void aWrongValueIsNamedByItsPlace(String pointer, String value, String message) {
        ObjectNode document = with(pointer, value == null ? "" : value);

        assertThatThrownBy(() -> read(document))
                .isInstanceOfSatisfying(
                        SnapshotException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EPROTO))
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @MethodSource("everyPlace")
    void noValueOfAnyTypeAtAnyPlaceEndsInAnythingButASnapshotException(String pointer) {
        for (String value : VALUES) {
            ObjectNode document = with(pointer, value);
            try {
                Snapshot read = read(document);
                assertThat(read(Json.snapshot(read))).isEqualTo(read);
            } catch (SnapshotException e) {
                assertThat(e).hasMessageContaining("expected");
            }
        }
    }

    @Test
    void aSnapshotThatWasCutAnywhereIsRefused() {
        byte[] whole = Samples.bytes(Samples.document());

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> SnapshotReader.read(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(SnapshotException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "true",
                "\"snapshot\"",
                "[]",
                "[{}]",
                "{}",
                "not json",
                "{\"schema\":1} {\"schema\":1}",
                "{\"schema\":1}}",
                "{schema:1}",
                "{'schema':1}",
                "{\"schema\":01}",
                "{\"schema\":NaN}",
                "{\"schema\":1,}",
                "/* c */ {\"schema\":1}",
                "schema: 1",
            })
    void whatIsNoSnapshotIsRefused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(SnapshotException.class);
    }

    @Test
    void aKeyThatStandsTwiceIsRefused() {
        assertThatThrownBy(() -> read("{\"schema\":1,\"schema\":1}"))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("schema");
    }

    @Test
    void deepNestingIsRefusedBeforeItCostsAnything() {
        String deep = "{\"schema\":1,\"x\":" + "[".repeat(1_000_000);

        assertThatThrownBy(() -> read(deep))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("depth");
    }

    @Test
    void longTextsAndLongNumbersAreRefused() {
        assertThatThrownBy(() -> read(with("/host", "\"" + "x".repeat(16_385) + "\"")))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("length");
        assertThatThrownBy(() -> read(with("/schema", "1" + "0".repeat(40))))
                .isInstanceOf(SnapshotException.class)
                .hasMessageContaining("length");
    }

    @Test
    void halfACharacterIsRefusedBecauseItCouldNotBeWrittenAgain() {
        String document = Samples.document().toString().replace("node-7", "\\ud83d");

        assertThatThrownBy(() -> read(document))
                .isInstanceOf(SnapshotException.class)
                .hasMessage("host_name: expected a text without control characters");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() {
        byte[] bytes = Samples.bytes(Samples.document());
        bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("node-7")] = (byte) 0xff;

        assertThatThrownBy(() -> SnapshotReader.read(bytes)).isInstanceOf(SnapshotException.class);
    }
}
