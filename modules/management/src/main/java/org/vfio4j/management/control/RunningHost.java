/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.definition.Definition;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Inventory;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.migrate.Move;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.snapshot.InventoryReader;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotReader;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A user-space host in another process, asked over its control socket. For one thread. */
public final class RunningHost implements AutoCloseable {
    private static final int PART = 1_000;

    private final ControlClient client;

    private RunningHost(ControlClient client) {
        this.client = client;
    }

    /** The host whose control socket this is; empty if none listens there. */
    public static Optional<RunningHost> at(Path socket) {
        return ControlClient.connect(socket).map(RunningHost::new);
    }

    /** What definitions there are, and what could not be read of them. */
    public record Defined(List<DefinedDevice> devices, List<Finding> findings) {
        public Defined {
            devices = List.copyOf(devices);
            findings = List.copyOf(findings);
        }
    }

    /**
     * Where a running host shows what.
     *
     * @param sysfsOrNull its mounted tree; null if it is not mounted
     * @param definitions laid out as mdevctl's
     */
    public record Places(@Nullable Path sysfsOrNull, Path definitions) {}

    /** Where it shows what. */
    public Places places() {
        Cursor at = client.call("query-folders", arguments());
        String sysfs = at.at("sysfs").textOrNull();
        return new Places(
                sysfs == null ? null : Path.of(sysfs),
                Path.of(at.at("definitions").text()));
    }

    /** The parents and types. */
    public Inventory types() {
        Cursor at = client.call("types", arguments());
        return new Inventory(at.at("parents").each(InventoryReader::parent), List.of(), findings(at));
    }

    /** Everything. */
    public Inventory inventory() {
        Cursor at = client.call("list", arguments());
        return new Inventory(types().parents(), at.at("devices").each(InventoryReader::device), findings(at));
    }

    /** The definitions. */
    public Defined defined() {
        Cursor at = client.call("list-defined", arguments());
        return new Defined(at.at("definitions").each(DefinedDevice::read), findings(at));
    }

    /**
     * Waits until a device comes or goes. Nobody else can use this connection meanwhile.
     *
     * @param seen what the last call returned; 0 returns at once
     * @return a number that changes with every device that comes or goes
     */
    public int awaitChange(int seen, Duration atMost) {
        return client.call("await-change", arguments().put("seen", seen).put("timeout_ms", atMost.toMillis()))
                .at("change")
                .count();
    }

    /** The device of that name. */
    public Optional<HostDevice> find(String name) {
        Cursor device = client.call("find", arguments().put("device", name)).at("device");
        return device.isAbsent() ? Optional.empty() : Optional.of(InventoryReader.device(device));
    }

    /** The machine it runs on. */
    public Machine machine() {
        Cursor at = client.call("query-machine", arguments());
        return new Machine(at.at("host_name").text(), at.at("kernel").text());
    }

    /** Asks devices, by one way if it is not null. */
    public List<DeviceProbe> probe(List<HostDevice> devices, boolean mayReset, @Nullable String wayOrNull) {
        List<ObjectNode> parts = parts(devices, mayReset);
        if (wayOrNull != null) {
            parts.forEach(part -> part.put("way", wayOrNull));
        }
        return ask("probe", parts, InventoryReader::probe);
    }

    /** Asks devices by every way. */
    public List<Comparison> compare(List<HostDevice> devices, boolean mayReset) {
        return ask("compare", parts(devices, mayReset), InventoryReader::comparison);
    }

    private <T> List<T> ask(String command, List<ObjectNode> parts, Function<Cursor, T> reader) {
        return client.callEach(command, parts, answer -> answer.at("devices").each(reader)).stream()
                .flatMap(List::stream)
                .toList();
    }

    /** Whether a type's driver would load a state that is called so; empty where it cannot say. */
    public Optional<Boolean> acceptsMigrationVersion(String parent, String type, String version) {
        return Optional.ofNullable(client.call(
                        "query-migration-version",
                        arguments().put("parent", parent).put("type", type).put("version", version))
                .at("accepted")
                .booleanOrNull());
    }

    /** Makes a device, and returns it. */
    public HostDevice start(ObjectNode wanted) {
        return InventoryReader.device(client.call("start", wanted));
    }

    /** Writes a device down. */
    public Definition define(ObjectNode wanted) {
        return DefinedDevice.read(client.call("define", wanted)).definition();
    }

    /** Begins to move a device. */
    public Move migrate(ObjectNode wanted) {
        return Move.read(client.call("migrate", wanted));
    }

    /** How far a move is. */
    public Move move(String id) {
        return Move.read(client.call("query-migrate", arguments().put("id", id)));
    }

    /** The moves that are on their way, in doubt, or ended lately. */
    public List<Move> moves() {
        return client.call("query-migrations", arguments()).at("moves").each(Move::read);
    }

    /** A snapshot of the host that a device is to move to. */
    public Snapshot destination(String to) {
        return SnapshotReader.read(
                client.call("query-destination", arguments().put("to", to)).at("snapshot"));
    }

    /** Has a command done whose answer says nothing: stop, undefine, modify, shutdown. */
    public void tell(String command, ObjectNode arguments) {
        client.call(command, arguments);
    }

    /** No arguments yet. */
    public static ObjectNode arguments() {
        return JsonNodeFactory.instance.objectNode();
    }

    @Override
    public void close() {
        client.close();
    }

    /** So that no request is longer than the host takes. */
    private static List<ObjectNode> parts(List<HostDevice> devices, boolean mayReset) {
        List<ObjectNode> parts = new ArrayList<>();
        for (int i = 0; i < devices.size(); i += PART) {
            ObjectNode arguments = arguments().put("open", mayReset);
            ArrayNode names = arguments.putArray("devices");
            devices.subList(i, Math.min(devices.size(), i + PART)).forEach(d -> names.add(d.name()));
            parts.add(arguments);
        }
        return parts;
    }

    private static List<Finding> findings(Cursor at) {
        return at.at("findings").each(InventoryReader::finding);
    }
}
