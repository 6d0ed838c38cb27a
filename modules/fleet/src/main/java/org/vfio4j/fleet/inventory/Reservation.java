/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.fleet.inventory;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.snapshot.SnapshotException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Capacity that is claimed.
 *
 * @param id as {@link Claim} has it
 * @param host on which
 * @param parentOrNull of an instance
 * @param typeOrNull of an instance
 * @param deviceOrNull of a device that is there
 * @param holder who has it
 * @param expires when it ends by the clock of who made it; in etcd its lease counts, which never ends sooner
 */
public record Reservation(
        UUID id,
        String host,
        @Nullable String parentOrNull,
        @Nullable String typeOrNull,
        @Nullable String deviceOrNull,
        String holder,
        Instant expires) {
    /** The longest that is read, in bytes. */
    public static final int MAX_BYTES = 4096;

    private static final int SCHEMA = 1;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    static Reservation of(Claim claim, Instant now) {
        return new Reservation(
                claim.id(),
                claim.host(),
                claim.parentOrNull(),
                claim.typeOrNull(),
                claim.deviceOrNull(),
                claim.holder(),
                now.plus(claim.lifetime()));
    }

    /** The same claim until another time. */
    public Reservation until(Instant end) {
        return new Reservation(id, host, parentOrNull, typeOrNull, deviceOrNull, holder, end);
    }

    /** What is held, in words. */
    public String what() {
        return deviceOrNull == null ? typeOrNull + " on " + parentOrNull : deviceOrNull;
    }

    /** As it is kept. */
    public byte[] write() {
        return MAPPER.writeValueAsBytes(json());
    }

    /** For scripts. */
    public ObjectNode json() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("schema", SCHEMA)
                .put("reservation", id.toString())
                .put("host", host)
                .put("parent", parentOrNull)
                .put("type", typeOrNull)
                .put("device", deviceOrNull)
                .put("holder", holder)
                .put("expires", expires.toString());
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws SnapshotException where it is wrong
     */
    public static Reservation read(byte[] json) {
        Cursor at = BoundedJson.parse(json, "reservation", MAX_BYTES, SnapshotException::new)
                .object();
        if (at.at("schema").integer() != SCHEMA) {
            throw at.at("schema").wrong(String.valueOf(SCHEMA));
        }
        Reservation read = new Reservation(
                uuid(at.at("reservation")),
                at.at("host").text(),
                at.at("parent").textOrNull(),
                at.at("type").textOrNull(),
                at.at("device").textOrNull(),
                at.at("holder").text(),
                instant(at.at("expires")));
        if ((read.parentOrNull == null) != (read.typeOrNull == null)
                || (read.parentOrNull == null) == (read.deviceOrNull == null)) {
            throw at.wrong("a parent and a type, or a device");
        }
        return read;
    }

    private static UUID uuid(Cursor at) {
        String text = at.text();
        try {
            UUID uuid = UUID.fromString(text);
            if (uuid.toString().equals(text)) {
                return uuid;
            }
        } catch (IllegalArgumentException e) {
            // it is wrong as well
        }
        throw at.wrong("a UUID in lower case");
    }

    private static Instant instant(Cursor at) {
        try {
            return Instant.parse(at.text());
        } catch (java.time.format.DateTimeParseException e) {
            throw at.wrong("an instant such as 2026-11-23T10:15:30Z");
        }
    }
}
