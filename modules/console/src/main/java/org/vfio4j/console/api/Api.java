/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.vfio4j.management.control.HostCommands;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.snapshot.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The REST API: each route is a command of the host's control socket, so that both have the same rules and say the same. */
public final class Api {
    /** The longest body that is read, in bytes. */
    public static final int MAX_BODY = 64 << 10;

    /** Where everything of the API is. */
    public static final String ROOT = "/api/v1";

    private static final int MAX_NAMED = 1_000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String DEVICE = ROOT + "/devices/{device}";
    private static final String DEFINITION = ROOT + "/definitions/{device}";

    private final HostCommands commands;
    private final HostWatch watch;
    private final Screens screens;
    private final FleetApi fleet;

    public Api(HostCommands commands, HostWatch watch, Screens screens, FleetApi fleet) {
        this.commands = commands;
        this.watch = watch;
        this.screens = screens;
        this.fleet = fleet;
    }

    /** All that can be asked for, but events, displays and metrics, which are streams or no JSON. */
    public List<Route> routes() {
        List<Route> routes = new ArrayList<>(hostRoutes());
        routes.addAll(fleet.routes());
        return List.copyOf(routes);
    }

    private List<Route> hostRoutes() {
        return List.of(
                new Route("GET", ROOT + "/openapi.json", "openapi", r -> description()),
                new Route("GET", ROOT + "/host", "host", r -> host()),
                new Route("GET", ROOT + "/types", "types", r -> done("types", arguments())),
                new Route("GET", ROOT + "/devices", "list", r -> done("list", arguments())),
                new Route("POST", ROOT + "/devices", "start", this::start),
                new Route("GET", DEVICE, "find", this::find),
                new Route("DELETE", DEVICE, "stop", this::stop),
                new Route("GET", ROOT + "/probe", "probe", r -> done("probe", named(r))),
                new Route("GET", DEVICE + "/compare", "compare", r -> done("compare", one(r))),
                new Route("GET", ROOT + "/displays", "displays", r -> displays()),
                new Route("GET", DEVICE + "/edid", "edid", r -> done("query-edid", of(r))),
                new Route("PUT", DEVICE + "/edid", "set-edid", this::setEdid),
                new Route("GET", DEVICE + "/screen.png", "screen", screens::png),
                new Route("GET", ROOT + "/definitions", "definitions", r -> done("list-defined", arguments())),
                new Route("POST", ROOT + "/definitions", "define", this::define),
                new Route("PATCH", DEFINITION, "modify", this::modify),
                new Route("DELETE", DEFINITION, "undefine", this::undefine));
    }

    private Response host() {
        ObjectNode all = commands.greeting();
        all.setAll((ObjectNode) ask("query-machine", arguments()));
        all.set("folders", ask("query-folders", arguments()));
        all.put("fleet", fleet.isThere());
        return Response.json(all);
    }

    private Response displays() {
        ObjectNode document = Json.document("user");
        document.set("displays", watch.displays());
        return Response.json(document);
    }

    private Response start(Request request) {
        JsonNode device = ask("start", body(request, "device", "parent", "type"));
        return created(ROOT + "/devices/", device);
    }

    private Response find(Request request) {
        JsonNode found = ask("find", of(request)).get("device");
        if (found == null || found.isNull()) {
            throw Screens.unknown(request.device());
        }
        return Response.json(found);
    }

    private Response stop(Request request) {
        ObjectNode arguments = of(request);
        if (request.parameter("timeout").isPresent()) {
            arguments.put("timeout", request.number("timeout", 0, Integer.MAX_VALUE));
        }
        ask("stop", arguments);
        return Response.empty(204, Map.of());
    }

    private Response setEdid(Request request) {
        return done("set-edid", body(request, "size").put("device", request.device()));
    }

    private Response define(Request request) {
        JsonNode definition = ask("define", body(request, "device", "parent", "type", "start", "attrs"));
        return created(ROOT + "/definitions/", definition);
    }

    private Response modify(Request request) {
        ObjectNode arguments = body(request, "type", "start", "addattr", "delattr", "index");
        request.parameter("parent").ifPresent(p -> arguments.put("parent", p));
        return done("modify", arguments.put("device", request.device()));
    }

    private Response undefine(Request request) {
        ObjectNode arguments = of(request);
        request.parameter("parent").ifPresent(p -> arguments.put("parent", p));
        ask("undefine", arguments);
        return Response.empty(204, Map.of());
    }

    private Response description() {
        try (InputStream in = Api.class.getResourceAsStream("openapi.json")) {
            byte[] text = Optional.ofNullable(in).orElseThrow().readAllBytes();
            return new Response(200, "application/json", text, Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Response done(String command, ObjectNode arguments) {
        return Response.json(ask(command, arguments));
    }

    private JsonNode ask(String command, ObjectNode arguments) {
        return commands.execute(command, new Cursor("request", "", arguments, HttpException::new))
                .value();
    }

    private static Response created(String folder, JsonNode made) {
        String name = URLEncoder.encode(made.path("device").asString(""), StandardCharsets.UTF_8);
        return Response.json(201, made, Map.of("Location", folder + name));
    }

    private static ObjectNode arguments() {
        return NODES.objectNode();
    }

    private static ObjectNode of(Request request) {
        return arguments().put("device", request.device());
    }

    private static ObjectNode one(Request request) {
        ObjectNode arguments = arguments();
        arguments.putArray("devices").add(request.device());
        return arguments;
    }

    /** The devices that were named, all where none was. */
    private static ObjectNode named(Request request) {
        ObjectNode arguments = arguments();
        List<String> names = request.query().getOrDefault("device", List.of());
        if (names.size() > MAX_NAMED) {
            throw new HttpException("device", "more than " + MAX_NAMED + " devices are named");
        }
        if (!names.isEmpty()) {
            ArrayNode devices = arguments.putArray("devices");
            names.forEach(devices::add);
        }
        request.parameter("way").ifPresent(way -> arguments.put("way", way));
        return arguments;
    }

    private static ObjectNode body(Request request, String... keys) {
        Cursor root = BoundedJson.parse(request.body(), "request", MAX_BODY, HttpException::new)
                .objectOf(keys);
        return (ObjectNode) java.util.Objects.requireNonNull(root.node());
    }
}
