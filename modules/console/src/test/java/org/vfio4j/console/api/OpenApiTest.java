/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.fleet.inventory.Fleet;
import org.vfio4j.management.control.HostCommands;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.UserHost;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The description says what there is, and what comes is as it says. */
class OpenApiTest {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String UUID = "1f0f2d6a-0000-4000-8000-000000000001";

    /** What is no JSON, and so no route of the API's class. */
    private static final Set<String> STREAMS =
            Set.of("GET /api/v1/events events", "GET /api/v1/devices/{device}/rfb rfb", "GET /metrics metrics");

    private static final Fleet FLEET = FleetOf.hosts(4);

    @TempDir
    private Path folder;

    private final UserHost host = UserHost.installed(List.of());
    private final Events events = new Events();
    private final HostWatch watch = new HostWatch(host, events);
    private final HostDisplays displays = new HostDisplays(host.core());
    private final Screens screens = new Screens(host, displays);

    @SuppressWarnings("NullAway.Init") // set before every test
    private Api api;

    @SuppressWarnings("NullAway.Init") // set before every test
    private JsonNode description;

    @BeforeEach
    void describe() {
        Definitions definitions = new Definitions(folder.resolve("mdevctl.d"));
        definitions.prepare();
        api = new Api(
                new HostCommands(new DefinedHost(host, definitions), "1.0", null, null, () -> {}),
                watch,
                screens,
                new FleetApi(() -> FLEET, true));
        description = MAPPER.readTree(ask("openapi", "{}").body());
    }

    @AfterEach
    void close() {
        watch.close();
        screens.close();
        displays.close();
        host.close();
    }

    private Route route(String id) {
        return api.routes().stream().filter(r -> r.id().equals(id)).findFirst().orElseThrow();
    }

    private Response ask(String id, String body) {
        return route(id)
                .handler()
                .handle(new Request(
                        Map.of("device", UUID, "host", "node00001", "type", "small"),
                        Map.of(),
                        body.getBytes(StandardCharsets.UTF_8),
                        ""));
    }

    @Test
    void everyRouteIsDescribedAndEveryDescriptionIsARoute() {
        Set<String> real = new TreeSet<>(STREAMS);
        api.routes().forEach(r -> real.add(r.method() + " " + r.path() + " " + r.id()));
        Set<String> described = new TreeSet<>();
        for (Map.Entry<String, JsonNode> path : description.path("paths").properties()) {
            for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
                if (method.getValue().has("operationId")) {
                    described.add(method.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey() + " "
                            + method.getValue().path("operationId").stringValue());
                }
            }
        }

        assertThat(described).isEqualTo(real);
    }

    @Test
    void whatComesIsAsItIsDescribed() {
        check("start", "{\"device\":\"" + UUID + "\",\"parent\":\"mbochs\",\"type\":\"mbochs-small\"}");
        check("set-edid", "{\"size\":\"800x600\"}");
        check(
                "define",
                "{\"device\":\"" + UUID + "\",\"start\":\"auto\",\"attrs\":[{\"name\":\"a\",\"value\":\"b\"}]}");
        check("modify", "{\"start\":\"manual\"}");
        for (String id :
                List.of("host", "types", "list", "find", "probe", "compare", "displays", "edid", "definitions")) {
            check(id, "");
        }
        for (String id : List.of("fleet", "fleet-hosts", "fleet-host", "fleet-drain", "fleet-where", "fleet-matrix")) {
            check(id, "");
        }
        assertThat(ask("undefine", "").status()).isEqualTo(204);
        assertThat(ask("stop", "").status()).isEqualTo(204);
    }

    private void check(String id, String body) {
        Response response = ask(id, body);
        JsonNode answers = operation(id).path("responses");
        assertThat(answers.has(Integer.toString(response.status())))
                .as(id + " answers " + response.status())
                .isTrue();
        JsonNode schema = answers.path(Integer.toString(response.status())).at("/content/application~1json/schema");
        match(schema, MAPPER.readTree(response.body()), id);
    }

    private JsonNode operation(String id) {
        Route route = route(id);
        return description.path("paths").path(route.path()).path(route.method().toLowerCase(java.util.Locale.ROOT));
    }

    /** Required keys, types and words of JSON Schema, as far as the description uses it. */
    private void match(JsonNode schema, JsonNode value, String where) {
        if (schema.has("$ref")) {
            match(description.at(schema.path("$ref").stringValue().substring(1)), value, where);
            return;
        }
        schema.path("allOf").forEach(part -> match(part, value, where));
        schema.path("required")
                .forEach(key -> assertThat(value.has(key.stringValue()))
                        .as(where + "." + key.stringValue())
                        .isTrue());
        if (schema.has("type")) {
            assertThat(schema.path("type").toString()).as(where).contains('"' + type(value) + '"');
        }
        if (schema.has("enum")) {
            assertThat(schema.path("enum").toString()).as(where).contains(value.toString());
        }
        for (Map.Entry<String, JsonNode> key : value.properties()) {
            JsonNode known = schema.path("properties").path(key.getKey());
            match(
                    known.isMissingNode() ? schema.path("additionalProperties") : known,
                    key.getValue(),
                    where + "." + key.getKey());
        }
        if (value.isArray()) {
            value.forEach(element -> match(schema.path("items"), element, where + "[]"));
        }
    }

    private static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> "integer";
            case BOOLEAN -> "boolean";
            case ARRAY -> "array";
            case OBJECT -> "object";
            default -> "null";
        };
    }
}
