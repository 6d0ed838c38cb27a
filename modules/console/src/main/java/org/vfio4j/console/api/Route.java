/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.api;

/**
 * One thing that can be asked for.
 *
 * @param method of HTTP
 * @param path with {@code {names}} for what varies, a segment each
 * @param id what it is called in the OpenAPI description and in metrics
 */
public record Route(String method, String path, String id, Handler handler) {
    /** Does it. Called by many threads. */
    @FunctionalInterface
    public interface Handler {
        /** An {@link org.vfio4j.linux.ErrnoException} is answered as {@link Response#of} says. */
        Response handle(Request request);
    }
}
