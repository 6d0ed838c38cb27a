/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What somebody asks for.
 *
 * @param path the values of the route's {@code {names}}, decoded
 * @param query the parameters behind the question mark, decoded
 * @param body JSON, perhaps; no bytes if there was none
 * @param known the tag of the answer that he has already; empty text if he has none
 */
public record Request(Map<String, String> path, Map<String, List<String>> query, byte[] body, String known) {
    public Request {
        path = Map.copyOf(path);
        query = Map.copyOf(query);
    }

    String device() {
        return path.getOrDefault("device", "");
    }

    /** The first value of a parameter. */
    Optional<String> parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }
}
