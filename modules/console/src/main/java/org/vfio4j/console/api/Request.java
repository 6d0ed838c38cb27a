/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What somebody asks for. */
public final class Request {
    private final Map<String, String> path;
    private final Map<String, List<String>> query;
    private final byte[] body;
    private final String known;

    /**
     * @param path the values of the route's {@code {names}}, decoded
     * @param query the parameters behind the question mark, decoded
     * @param body JSON, perhaps; no bytes if there was none
     * @param known the tag of the answer that he has already; empty text if he has none
     */
    public Request(Map<String, String> path, Map<String, List<String>> query, byte[] body, String known) {
        this.path = Map.copyOf(path);
        this.query = Map.copyOf(query);
        this.body = body;
        this.known = known;
    }

    Map<String, List<String>> query() {
        return query;
    }

    byte[] body() {
        return body;
    }

    String known() {
        return known;
    }

    String device() {
        return path.getOrDefault("device", "");
    }

    /** The first value of a parameter. */
    Optional<String> parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }
}
