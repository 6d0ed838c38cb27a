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
        return named("device");
    }

    /** What stands for a name of the route's path. */
    String named(String name) {
        return path.getOrDefault(name, "");
    }

    /**
     * A parameter that is a number from 0.
     *
     * @param otherwise if it is not there
     * @param most a larger one counts as this
     */
    int number(String name, int otherwise, int most) {
        Optional<String> text = parameter(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.get().matches("[0-9]{1,18}")) {
            throw new HttpException(name, "a number that is not negative is expected");
        }
        return (int) Math.min(most, Long.parseLong(text.get()));
    }

    /** The first value of a parameter. */
    Optional<String> parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }
}
