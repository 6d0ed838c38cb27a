/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.fleet.export.CdiSpec;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.snapshot.Platform;
import org.vfio4j.management.snapshot.Snapshot;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is exported for container runtimes, against the Container Device Interface's published JSON schemas. They allow what they do not name; here that is
 * forbidden, since a misspelt key would be passed over.
 */
class CdiSchemaIT {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String BASE = "https://vfio4j.invalid/";

    @TempDir
    private static Path folder;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Schema schema;

    @BeforeAll
    static void read() throws IOException, InterruptedException {
        Serving.Result fetched = Serving.result(folder, new ProcessBuilder(Serving.peer("cdi-schema"), "--fetch"));
        assertThat(fetched.exitCode()).as(fetched.err()).isZero();
        Path place = Path.of(fetched.out().strip());
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_7,
                builder -> builder.schemas(Map.of(
                        BASE + "schema.json", strict(place.resolve("schema.json")),
                        BASE + "defs.json", strict(place.resolve("defs.json")))));
        schema = registry.getSchema(SchemaLocation.of(BASE + "schema.json"));
    }

    private static String strict(Path file) {
        try {
            JsonNode root = MAPPER.readTree(Files.readString(file));
            close(root);
            return root.toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object && object.path("properties").isObject()) {
            object.put("additionalProperties", false);
        }
        node.forEach(CdiSchemaIT::close);
    }

    private static Snapshot host(HostDevice... devices) {
        return new Snapshot(
                "kernel",
                "node1",
                "6.12.0",
                Platform.UNKNOWN,
                java.time.Instant.EPOCH,
                new Inventory(List.of(), List.of(devices), List.of()),
                List.of());
    }

    private static HostDevice device(String name, DeviceKind kind, int group, String node) {
        return new HostDevice(name, kind, null, null, "vfio-pci", null, true, group, node, Usage.FREE);
    }

    @Test
    void whatIsExportedConforms() {
        List<String> wrong = new ArrayList<>();
        for (Snapshot host : List.of(
                host(),
                host(device("0000:10:00.0", DeviceKind.PCI, 7, "vfio3")),
                host(
                        device("1f0f2d6a-0000-4000-8000-000000000001", DeviceKind.MDEV, 8, "vfio4"),
                        device("x".repeat(300), DeviceKind.MDEV, 9, "../../etc")))) {
            schema.validate(CdiSpec.of(host)).forEach(error -> wrong.add(error.toString()));
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void whatDoesNotConformIsSeen() {
        ObjectNode spec = CdiSpec.of(host(device("0000:10:00.0", DeviceKind.PCI, 7, "vfio3")));
        ((ObjectNode) spec.at("/devices/0/containerEdits/deviceNodes/0"))
                .put("pathh", "x")
                .remove("path");

        assertThat(schema.validate(spec)).hasSizeGreaterThanOrEqualTo(2);
    }
}
