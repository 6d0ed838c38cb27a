/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.control.ControlServer.Reply;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.DefinedHost.Wanted;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.definition.Definition.Start;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.definition.Modification;
import org.vfio4j.management.display.MonitorSize;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.migrate.Migrations;
import org.vfio4j.management.plan.Resolution;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Prober;
import org.vfio4j.management.probe.Way;
import org.vfio4j.management.probe.Ways;
import org.vfio4j.management.snapshot.Json;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.mdev.Uuids;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The commands of a user-space host's control socket. */
public final class HostCommands implements ControlServer.Handler {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int DEFAULT_STOP_SECONDS = 10;
    private static final int MAX_STOP_SECONDS = 3600;
    private static final int MAX_WAIT_MILLIS = 60_000;

    private final DefinedHost defined;
    private final String version;
    private final HostChanges changes = new HostChanges();
    private final Map<String, Function<Cursor, Reply>> commands = new TreeMap<>();

    /**
     * The commands of this host.
     *
     * @param version of the server
     * @param sysfsOrNull where its sysfs is mounted; null where it is not
     * @param migrationsOrNull moves its devices; null for a host that moves none
     * @param shutdown ends the host
     */
    public HostCommands(
            DefinedHost defined,
            String version,
            @Nullable Path sysfsOrNull,
            @Nullable Migrations migrationsOrNull,
            Runnable shutdown) {
        this.defined = defined;
        this.version = version;
        defined.host().core().listen(changes);
        commands.put("query-version", at -> reply(greeting()));
        commands.put("query-commands", at -> reply(names()));
        commands.put("query-machine", at -> reply(machine()));
        commands.put("query-folders", at -> reply(folders(sysfsOrNull)));
        commands.put("types", at -> reply(Json.types(kind(), defined.host().types())));
        commands.put("list", at -> reply(Json.list(kind(), defined.host().inventory())));
        commands.put("list-defined", at -> reply(listDefined()));
        commands.put("await-change", at -> reply(awaitChange(at)));
        commands.put("find", at -> reply(find(at.at("device").text())));
        commands.put("probe", at -> reply(probe(at)));
        commands.put("compare", at -> reply(compare(at)));
        commands.put("query-migration-version", at -> reply(migrationVersion(at)));
        commands.put("start", at -> reply(Json.device(defined.start(wanted(at)))));
        commands.put("stop", at -> reply(stop(at)));
        commands.put("define", at -> reply(define(at)));
        commands.put("undefine", at -> reply(undefine(at)));
        commands.put("modify", at -> reply(modify(at)));
        commands.put("query-edid", at -> reply(monitor(at, null)));
        commands.put("set-edid", at -> reply(monitor(at, size(at))));
        if (migrationsOrNull != null) {
            commands.putAll(new MigrateCommands(migrationsOrNull).all());
        }
        commands.put("shutdown", at -> new Reply(NODES.objectNode(), shutdown, null));
    }

    @Override
    public ObjectNode greeting() {
        ObjectNode greeting = NODES.objectNode();
        greeting.putObject("vfio4j")
                .put("version", version)
                .put("schema", 1)
                .put("pid", ProcessHandle.current().pid());
        return greeting;
    }

    @Override
    public Reply execute(String command, Cursor arguments) {
        Function<Cursor, Reply> known = commands.get(command);
        if (known == null) {
            throw new RefusedException(
                    Errno.ENOSYS, "there is no command " + command, "query-commands names those there are.");
        }
        return known.apply(arguments);
    }

    private static Reply reply(JsonNode value) {
        return new Reply(value);
    }

    private String kind() {
        return defined.host().kind();
    }

    private ArrayNode names() {
        ArrayNode names = NODES.arrayNode();
        commands.keySet().forEach(names::add);
        return names;
    }

    private ObjectNode machine() {
        Machine machine = defined.host().machine();
        return NODES.objectNode().put("host_name", machine.hostName()).put("kernel", machine.kernelRelease());
    }

    private ObjectNode folders(@Nullable Path sysfsOrNull) {
        return NODES.objectNode()
                .put("sysfs", sysfsOrNull == null ? null : sysfsOrNull.toString())
                .put(
                        "definitions",
                        defined.definitions().folder().toAbsolutePath().toString());
    }

    private ObjectNode listDefined() {
        Definitions.Listing listing = defined.definitions().list();
        ObjectNode document = Json.document(kind());
        ArrayNode definitions = document.putArray("definitions");
        listing.definitions().forEach(d -> definitions.add(shown(d)));
        Json.findings(document.putArray("findings"), listing.findings());
        return document;
    }

    private ObjectNode shown(Definition definition) {
        return new DefinedDevice(definition, defined.active(definition.uuid()).isPresent()).json();
    }

    private ObjectNode awaitChange(Cursor at) {
        int atMost = Math.min(at.at("timeout_ms").count(), MAX_WAIT_MILLIS);
        return NODES.objectNode().put("change", changes.await(at.at("seen").count(), Duration.ofMillis(atMost)));
    }

    private ObjectNode find(String name) {
        ObjectNode node = NODES.objectNode();
        node.set(
                "device",
                defined.host().find(name).map(d -> (JsonNode) Json.device(d)).orElse(NODES.nullNode()));
        return node;
    }

    private ObjectNode probe(Cursor at) {
        String only = at.at("way").textOrNull();
        List<Way> ways = Ways.of(defined.host(), at.at("open").flag());
        List<String> names = ways.stream().map(Way::name).toList();
        if (only != null && !names.contains(only)) {
            throw new RefusedException(
                    Errno.EINVAL,
                    "the user-space host has no way of asking called " + only,
                    "It has: " + String.join(", ", names) + ".");
        }
        Prober prober = new Prober(
                ways.stream().filter(w -> only == null || w.name().equals(only)).toList());
        List<DeviceProbe> probes = devices(at).stream().map(prober::probe).toList();
        return Json.probe(kind(), probes);
    }

    private ObjectNode migrationVersion(Cursor at) {
        return NODES.objectNode()
                .put(
                        "accepted",
                        defined.host()
                                .acceptsMigrationVersion(
                                        at.at("parent").text(),
                                        at.at("type").text(),
                                        at.at("version").text())
                                .orElse(null));
    }

    private ObjectNode compare(Cursor at) {
        boolean mayReset = at.at("open").flag();
        return Json.compare(
                kind(),
                devices(at).stream()
                        .map(d -> Comparison.of(defined.host(), d, mayReset))
                        .toList());
    }

    /** Those that are named, or all; one that went away meanwhile is left out only where none was named. */
    private List<HostDevice> devices(Cursor at) {
        Cursor names = at.at("devices");
        if (names.isAbsent() && at.at("open").flag()) {
            throw new RefusedException(
                    Errno.EINVAL, "open resets physical devices, so they must be named", "Name them in devices.");
        }
        if (names.isAbsent()) {
            return defined.host().inventory().devices();
        }
        return names.each(Cursor::text).stream()
                .map(name -> defined.host().find(name).orElseThrow(() -> unknown(name)))
                .toList();
    }

    private ObjectNode stop(Cursor at) {
        Integer seconds = at.at("timeout").countOrNull();
        int bound = Math.min(seconds == null ? DEFAULT_STOP_SECONDS : seconds, MAX_STOP_SECONDS);
        defined.stop(uuid(at.at("device")), Duration.ofSeconds(bound));
        return NODES.objectNode();
    }

    private ObjectNode define(Cursor at) {
        @Nullable Start start = start(at);
        return shown(defined.define(
                wanted(at), start == null ? Start.MANUAL : start, at.at("attrs").eachOrNone(DefinedDevice::attribute)));
    }

    private ObjectNode undefine(Cursor at) {
        defined.undefine(uuid(at.at("device")), parent(at));
        return NODES.objectNode();
    }

    private ObjectNode modify(Cursor at) {
        Cursor added = at.at("addattr");
        return shown(defined.modify(
                uuid(at.at("device")),
                parent(at),
                new Modification(
                        at.at("type").textOrNull(),
                        start(at),
                        added.isAbsent() ? null : DefinedDevice.attribute(added),
                        at.at("delattr").flag(),
                        at.at("index").countOrNull())));
    }

    /** A device that somebody uses is asked beside him; any other is opened for this. */
    private ObjectNode monitor(Cursor at, @Nullable Resolution wantedOrNull) {
        String name = at.at("device").text();
        UserHost host = defined.host();
        CoreDevice device = host.core().device(name).orElseThrow(() -> unknown(name));
        try (VfioDevice opened =
                device.openCount() > 0 ? device.display() : host.core().open(name, host.self())) {
            MonitorSize monitor = MonitorSize.of(opened);
            if (wantedOrNull != null) {
                monitor.set(wantedOrNull);
            }
            return monitor.json();
        }
    }

    private static Resolution size(Cursor at) {
        String text = at.at("size").text();
        return Resolution.parse(text)
                .orElseThrow(() ->
                        new RefusedException(Errno.EINVAL, "a size is such as 1280x800, not \"" + text + "\"", ""));
    }

    private static RefusedException unknown(String device) {
        return new RefusedException(Errno.ENODEV, "there is no device " + device, "vfio list shows what there is.");
    }

    private static Wanted wanted(Cursor at) {
        return new Wanted(
                at.at("device").isAbsent() ? null : uuid(at.at("device")),
                at.at("parent").textOrNull(),
                at.at("type").textOrNull());
    }

    private static @Nullable Start start(Cursor at) {
        Cursor start = at.at("start");
        return start.isAbsent() ? null : start.word(Start.values(), Start::word);
    }

    private static Optional<String> parent(Cursor at) {
        return Optional.ofNullable(at.at("parent").textOrNull());
    }

    static UUID uuid(Cursor at) {
        String text = at.text();
        try {
            return Uuids.parse(text);
        } catch (org.vfio4j.vfio.VfioException e) {
            throw new RefusedException(
                    e.errno(),
                    "\"" + text + "\" is not a UUID",
                    "A mediated device's name has the form 12345678-1234-1234-1234-123456789abc; uuidgen makes one.");
        }
    }
}
