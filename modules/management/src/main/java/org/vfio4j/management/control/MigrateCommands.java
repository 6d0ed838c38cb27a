/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.control.ControlServer.Reply;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.migrate.Destination;
import org.vfio4j.management.migrate.Migrations;
import org.vfio4j.management.snapshot.SnapshotReader;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.mdev.Uuids;
import org.vfio4j.vfio.migration.StateSender;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The commands of the control socket that move devices. */
final class MigrateCommands {
    /** QEMU's default. */
    private static final int DOWNTIME_MILLIS = 300;

    private static final long MEGABYTE = 1_000_000;

    private final Migrations migrations;

    MigrateCommands(Migrations migrations) {
        this.migrations = migrations;
    }

    Map<String, Function<Cursor, Reply>> all() {
        return Map.of(
                "migrate",
                at -> new Reply(start(at)),
                "query-migrate",
                at -> new Reply(migrations.move(id(at)).json()),
                "query-migrations",
                at -> new Reply(list()),
                "query-destination",
                at -> new Reply(destination(at)),
                "migrate-cancel",
                this::cancel,
                "migrate-decide",
                this::decide,
                PeerConnector.COMMAND,
                at -> new Reply(nothing(), () -> {}, migrations::serve));
    }

    private ObjectNode start(Cursor at) {
        Integer bandwidth = at.at("bandwidth").countOrNull();
        Integer downtime = at.at("downtime_limit").countOrNull();
        StateSender.Limits limits = new StateSender.Limits(
                bandwidth == null ? 0 : bandwidth * MEGABYTE,
                downtime == null ? DOWNTIME_MILLIS : downtime,
                !at.at("stop_copy").flag());
        Cursor becomes = at.at("as");
        Cursor parent = at.at("parent");
        Destination destination = new Destination(
                at.at("to").text(),
                becomes.isAbsent() ? null : HostCommands.uuid(becomes),
                parent.isAbsent() ? null : parent.text());
        return migrations
                .start(HostCommands.uuid(at.at("device")), destination, limits)
                .json();
    }

    private ObjectNode list() {
        ObjectNode node = nothing();
        ArrayNode moves = node.putArray("moves");
        migrations.moves().forEach(move -> moves.add(move.json()));
        return node;
    }

    private ObjectNode destination(Cursor at) {
        byte[] snapshot = migrations.destination(at.at("to").text());
        JsonNode read = BoundedJson.parse(snapshot, "snapshot", SnapshotReader.MAX_BYTES, ControlException::new)
                .object()
                .node();
        ObjectNode node = nothing();
        node.set("snapshot", read);
        return node;
    }

    private Reply cancel(Cursor at) {
        migrations.cancel(id(at));
        return new Reply(nothing());
    }

    private Reply decide(Cursor at) {
        migrations.decide(HostCommands.uuid(at.at("device")), at.at("there").flag());
        return new Reply(nothing());
    }

    private static ObjectNode nothing() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static UUID id(Cursor at) {
        try {
            return Uuids.parse(at.at("id").text());
        } catch (VfioException e) {
            throw new RefusedException(Errno.EINVAL, "no move is called so", "migrate answers with its id.");
        }
    }
}
