/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1ResourceSlice;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vfio4j.fleet.Hosts;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The exports keep what their formats' documentation demands: the API reference of {@code resource.k8s.io/v1}, the customization guide of Node Feature
 * Discovery and the syntax of labels, and SPEC.md of the Container Device Interface.
 */
class ExportTest {
    private static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final String SUBDOMAIN = DNS_LABEL + "(\\." + DNS_LABEL + ")*";
    private static final String C_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]{0,31}";
    private static final String LABEL_WORD = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static final List<Snapshot> HOSTS =
            List.of(Hosts.host("node1", 8, new Random(1)), Hosts.host("NODE_2.example.org", 60, new Random(2)), odd());

    /** Names that nobody should have, as a hostile snapshot has them. */
    private static Snapshot odd() {
        List<DeviceProbe> probes = new ArrayList<>();
        for (String name : List.of("0000:00:02.0", "0000-00-02-0", "..", "x".repeat(300), "\u00fc\u00df", "a b")) {
            probes.add(new DeviceProbe(
                    new HostDevice(
                            name,
                            DeviceKind.PCI,
                            null,
                            null,
                            "vfio-pci",
                            "v".repeat(200),
                            true,
                            7,
                            "vfio3",
                            Usage.UNKNOWN,
                            null,
                            null,
                            "15b3:101e"),
                    Hosts.answers(true)));
        }
        return Hosts.snapshot("-odd.-", "6.12.0", null, List.of(), probes);
    }

    @Test
    void resourceSlicesKeepTheApisRules() {
        for (Snapshot host : HOSTS) {
            JsonNode items = ResourceSlices.of(host).get("items");
            Set<String> names = new HashSet<>();
            for (JsonNode slice : items) {
                assertThat(slice.get("apiVersion").stringValue()).isEqualTo("resource.k8s.io/v1");
                assertThat(slice.get("metadata").get("name").stringValue()).matches(SUBDOMAIN);
                JsonNode spec = slice.get("spec");
                assertThat(spec.get("driver").stringValue()).matches(SUBDOMAIN).hasSizeLessThanOrEqualTo(63);
                assertThat(spec.get("nodeName").stringValue()).matches(SUBDOMAIN);
                assertThat(spec.get("pool").get("name").stringValue()).matches(SUBDOMAIN);
                assertThat(spec.get("pool").get("resourceSliceCount").intValue())
                        .isEqualTo(items.size());
                assertThat(spec.get("devices").size()).isLessThanOrEqualTo(128);
                for (JsonNode device : spec.get("devices")) {
                    assertThat(names.add(device.get("name").stringValue())).isTrue();
                    assertThat(device.get("name").stringValue()).matches(DNS_LABEL);
                    attributes(device.get("attributes"));
                }
            }
            assertThat(names).hasSize(host.probes().size());
        }
    }

    /** Names that the API does not have, values of other types and required ones that are missing are refused by classes made from its OpenAPI description. */
    @Test
    void resourceSlicesAreWhatTheApisPublishedDescriptionSays() throws IOException {
        for (Snapshot host : HOSTS) {
            for (JsonNode slice : ResourceSlices.of(host).get("items")) {
                V1ResourceSlice read = V1ResourceSlice.fromJson(slice.toString());

                assertThat(read.getSpec().getDevices()).hasSameSizeAs(slice.at("/spec/devices"));
                assertThat(written(read.toJson())).isEqualTo(MAPPER.readTree(slice.toString()));
            }
        }
    }

    /** What the client wrote, without the empty lists and maps that it adds. */
    private static JsonNode written(String json) {
        JsonNode node = MAPPER.readTree(json);
        removeEmpty(node);
        return node;
    }

    private static void removeEmpty(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.removeIf(value -> value.isContainer() && value.isEmpty());
        }
        node.forEach(ExportTest::removeEmpty);
    }

    @Test
    void theDescriptionRefusesWhatItDoesNotName() {
        JsonNode slice = ResourceSlices.of(HOSTS.getFirst()).get("items").get(0);
        String strange = slice.toString().replace("\"attributes\"", "\"properties\"");

        assertThatThrownBy(() -> V1ResourceSlice.fromJson(strange)).hasMessageContaining("properties");
    }

    private static void attributes(JsonNode attributes) {
        assertThat(attributes.size()).isLessThanOrEqualTo(32);
        for (String name : attributes.propertyNames()) {
            String plain = name.substring(name.indexOf('/') + 1);
            assertThat(plain).matches(C_IDENTIFIER);
            JsonNode value = attributes.get(name);
            assertThat(value.size()).isEqualTo(1);
            assertThat(value.has("bool") ? "" : value.get("string").stringValue())
                    .hasSizeLessThanOrEqualTo(64);
        }
    }

    @Test
    void anAnswerIsAnAttributeAndWhatIsNotKnownIsNone() {
        Snapshot host = Hosts.snapshot(
                "node1",
                "6.12.0",
                null,
                List.of(),
                List.of(
                        Hosts.device("c", "nvidia-704", "1", Hosts.uuid(new Random(5)), false, new Random(1)),
                        new DeviceProbe(
                                Hosts.device("c", "nvidia-704", "1", Hosts.uuid(new Random(6)), true, new Random(1))
                                        .device(),
                                Hosts.answers(null))));
        JsonNode devices =
                ResourceSlices.of(host).get("items").get(0).get("spec").get("devices");

        assertThat(devices.get(0).get("attributes").get("migration").get("bool").booleanValue())
                .isTrue();
        assertThat(devices.get(0).get("attributes").has("migrationStopCopy")).isTrue();
        assertThat(devices.get(1).get("attributes").has("migration")).isFalse();
        assertThat(devices.get(1).get("attributes").get("inUse").get("bool").booleanValue())
                .isTrue();
    }

    @Test
    void nodeFeaturesAreLabelsThatKubernetesTakes() throws IOException {
        for (Snapshot host : HOSTS) {
            JsonNode object = NodeFeatures.object(host);
            assertThat(object.get("metadata").get("name").stringValue()).matches(SUBDOMAIN);
            V1ObjectMeta metadata = V1ObjectMeta.fromJson(object.get("metadata").toString());
            assertThat(written(metadata.toJson())).isEqualTo(object.get("metadata"));
            JsonNode labels = object.get("spec").get("labels");
            for (String name : labels.propertyNames()) {
                assertThat(name).startsWith("feature.node.kubernetes.io/");
                assertThat(name.substring(name.indexOf('/') + 1)).matches(LABEL_WORD);
                assertThat(labels.get(name).stringValue()).matches(LABEL_WORD);
            }
            assertThat(object.at("/spec/features/instances/vfio4j.device/elements")
                            .size())
                    .isEqualTo(host.probes().size());
            assertThat(NodeFeatures.file(host).lines().toList())
                    .hasSize(labels.size())
                    .allMatch(line -> line.matches(LABEL_WORD + "=" + LABEL_WORD));
        }
    }

    @Test
    void theContainerDeviceInterfaceGetsNodesOfDev() {
        for (Snapshot host : HOSTS) {
            JsonNode spec = CdiSpec.of(host);
            assertThat(spec.get("cdiVersion").stringValue()).isEqualTo("0.5.0");
            assertThat(spec.get("kind").stringValue()).matches("[A-Za-z][A-Za-z0-9_.-]*/[A-Za-z][A-Za-z0-9_.-]*");
            for (JsonNode device : spec.get("devices")) {
                assertThat(device.get("name").stringValue()).matches("[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?");
                for (JsonNode node : device.get("containerEdits").get("deviceNodes")) {
                    assertThat(node.get("path").stringValue())
                            .matches("/dev/vfio/vfio|/dev/vfio/\\d+|/dev/iommu|/dev/vfio/devices/vfio\\d+");
                }
            }
        }
    }
}
