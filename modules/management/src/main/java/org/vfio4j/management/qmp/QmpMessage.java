/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import org.jspecify.annotations.Nullable;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import tools.jackson.databind.JsonNode;

/** What QEMU says. */
sealed interface QmpMessage permits QmpEvent, QmpMessage.Greeting, QmpMessage.Return, QmpMessage.Refusal {
    /** The longest line that is taken, in bytes; query-qmp-schema of QEMU 11.1 answers 300 KB. */
    int MAX_BYTES = 8 << 20;

    /**
     * The first line of a connection.
     *
     * @param version such as {@code 11.1.3}
     */
    record Greeting(String version) implements QmpMessage {}

    /**
     * A command was done.
     *
     * @param idOrNull the command's
     * @param value what it returned
     */
    record Return(@Nullable Integer idOrNull, Cursor value) implements QmpMessage {}

    /**
     * A command was refused.
     *
     * @param idOrNull the command's; null for a line that QEMU could not read
     * @param kind the error's class, such as {@code GenericError}
     * @param text QEMU's words
     */
    record Refusal(@Nullable Integer idOrNull, String kind, String text) implements QmpMessage {}

    /** Reads a line without its newline; a {@link QmpException} says where it is wrong. */
    static QmpMessage read(byte[] line) {
        Cursor root = BoundedJson.parse(line, "message of QEMU", MAX_BYTES, QmpException::new)
                .object();
        if (!root.at("event").isAbsent()) {
            Cursor data = root.at("data");
            return new QmpEvent(root.at("event").text(), data.isAbsent() ? data : data.object());
        }
        if (!root.at("error").isAbsent()) {
            Cursor error = root.at("error").object();
            return new Refusal(
                    id(root), error.at("class").text(), error.at("desc").text());
        }
        if (!root.at("QMP").isAbsent()) {
            Cursor version =
                    root.at("QMP").object().at("version").object().at("qemu").object();
            return new Greeting(version.at("major").count() + "."
                    + version.at("minor").count() + "." + version.at("micro").count());
        }
        if (root.at("return").node() == null) {
            throw root.wrong("a greeting, an event, an answer or an error");
        }
        return new Return(id(root), root.at("return"));
    }

    /** This client's commands have numbers; an answer with anything else is to none of them. */
    private static @Nullable Integer id(Cursor root) {
        JsonNode id = root.at("id").node();
        return id != null && id.isInt() ? Integer.valueOf(id.intValue()) : null;
    }
}
