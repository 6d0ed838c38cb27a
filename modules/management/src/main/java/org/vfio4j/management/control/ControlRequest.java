/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import org.jspecify.annotations.Nullable;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import tools.jackson.databind.JsonNode;

/**
 * What a client wants: {@code {"execute": NAME, "arguments": {...}, "id": ANYTHING}}.
 *
 * @param execute the command's name
 * @param arguments an object, or absent
 * @param idOrNull returned with the answer; null if there was none
 */
record ControlRequest(
        String execute, Cursor arguments, @Nullable JsonNode idOrNull) {
    /** The longest line that a client may send, in bytes. */
    static final int MAX_BYTES = 1 << 20;

    /** A {@link ControlException} says where the line is wrong. */
    static ControlRequest read(byte[] line) {
        Cursor root = BoundedJson.parse(line, "request", MAX_BYTES, ControlException::new)
                .objectOf("execute", "arguments", "id");
        Cursor arguments = root.at("arguments");
        if (!arguments.isAbsent()) {
            arguments.object();
        }
        return new ControlRequest(
                root.at("execute").text(), arguments, root.at("id").node());
    }
}
