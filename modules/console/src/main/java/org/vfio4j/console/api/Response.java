/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

import java.util.Map;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What he gets. */
public final class Response {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String JSON = "application/json";

    private final int status;
    private final String type;
    private final byte[] body;
    private final Map<String, String> headers;

    /**
     * @param status of HTTP
     * @param type of the content; empty text where there is none
     * @param body not copied: it is nobody else's from now on
     * @param headers besides
     */
    public Response(int status, String type, byte[] body, Map<String, String> headers) {
        this.status = status;
        this.type = type;
        this.body = body;
        this.headers = Map.copyOf(headers);
    }

    public int status() {
        return status;
    }

    public String type() {
        return type;
    }

    /** Not to be changed. */
    public byte[] body() {
        return body;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /** 200 with JSON. */
    public static Response json(JsonNode value) {
        return json(200, value, Map.of());
    }

    static Response json(int status, JsonNode value, Map<String, String> headers) {
        return new Response(status, JSON, MAPPER.writeValueAsBytes(value), headers);
    }

    static Response empty(int status, Map<String, String> headers) {
        return new Response(status, "", new byte[0], headers);
    }

    /** What went wrong, as the command line says it: what and why, and what to do. */
    public static Response of(ErrnoException e) {
        String remedy = e instanceof RefusedException refused ? refused.remedy() : "";
        return error(status(e.errno()), e.errnoName(), String.valueOf(e.getMessage()), remedy);
    }

    /**
     * An error.
     *
     * @param errno a symbol such as {@code ENODEV}
     * @param what a sentence without its full stop
     * @param remedy what to do; empty where nothing can be done
     */
    public static Response error(int status, String errno, String what, String remedy) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.putObject("error").put("errno", errno).put("what", what).put("remedy", remedy);
        return json(status, document, Map.of());
    }

    /** RFC 9110's status for an error number. */
    private static int status(int errno) {
        return switch (errno) {
            case Errno.EINVAL, Errno.EPROTO -> 400;
            case Errno.EACCES, Errno.EPERM -> 403;
            case Errno.ENODEV, Errno.ENOENT, Errno.ENOSYS -> 404;
            case Errno.EEXIST, Errno.EBUSY, Errno.ENOSPC, Errno.EUSERS -> 409;
            case Errno.EMSGSIZE -> 413;
            case Errno.E2BIG -> 422;
            case Errno.EAGAIN -> 503;
            default -> 500;
        };
    }
}
