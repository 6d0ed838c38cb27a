/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a host has written down of a move that is not yet over for it.
 *
 * @param phase how far it is
 * @param peer where the other host is; empty at the destination, which never asks
 * @param order of the moves of this host: the newest of a device says where it is
 * @param sinceOrNull when it was written down; null before it is, and in what was written without it
 */
record JournalEntry(
        Phase phase,
        Migrant migrant,
        String peer,
        int order,
        @Nullable Instant sinceOrNull) {
    static final int MAX_BYTES = 1 << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int SCHEMA = 1;

    /** How far a move is. */
    enum Phase {
        /** At the source: the device is here, and nobody else can have it. */
        SENDING("sending"),
        /** At the source: it is stopped here, and whether the destination has taken it is not known. */
        HANDING("handing"),
        /** At the source: the destination has taken it, and has to be told that this is known. */
        MOVED("moved"),
        /** At the destination: the device is here. */
        TAKEN("taken"),
        /** At the destination: the device was taken and is gone since; the source may still ask. */
        GONE("gone");

        private final String word;

        Phase(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        boolean isOfSource() {
            return this == SENDING || this == HANDING || this == MOVED;
        }
    }

    /** One that is not written down yet. */
    JournalEntry(Phase phase, Migrant migrant, String peer, int order) {
        this(phase, migrant, peer, order, null);
    }

    JournalEntry in(Phase next) {
        return new JournalEntry(next, migrant, peer, order);
    }

    JournalEntry at(Instant now) {
        return new JournalEntry(phase, migrant, peer, order, now);
    }

    /** Whether it was written down longer ago than that. */
    boolean isOlder(Duration age, Instant now) {
        return sinceOrNull != null && sinceOrNull.plus(age).isBefore(now);
    }

    byte[] json() {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("schema", SCHEMA).put("phase", phase.word()).put("peer", peer).put("order", order);
        if (sinceOrNull != null) {
            node.put("since", sinceOrNull.toString());
        }
        node.set("migrant", migrant.json());
        return MAPPER.writeValueAsBytes(node);
    }

    static JournalEntry read(byte[] json) {
        Cursor at = BoundedJson.parse(json, "journal", MAX_BYTES, MigrateException::new)
                .object();
        if (at.at("schema").count() != SCHEMA) {
            throw at.at("schema").wrong("schema " + SCHEMA);
        }
        return new JournalEntry(
                at.at("phase").word(Phase.values(), Phase::word),
                Migrant.read(at.at("migrant")),
                at.at("peer").text(),
                at.at("order").count(),
                instant(at.at("since")));
    }

    private static @Nullable Instant instant(Cursor at) {
        if (at.isAbsent()) {
            return null;
        }
        try {
            return Instant.parse(at.text());
        } catch (DateTimeParseException e) {
            throw at.wrong("a time");
        }
    }
}
