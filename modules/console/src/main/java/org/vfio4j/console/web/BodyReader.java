/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import io.helidon.http.HttpException;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.vfio4j.console.api.Api;

/** Reads requests' bodies, so much and for so long. */
final class BodyReader {
    private static final long BODY_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int PIECE = 8 << 10;

    private final LongSupplier nanoTime;

    BodyReader(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * All of a body.
     *
     * @throws HttpException 400, 408 or 413 for one that breaks the protocol, takes too long or is too large
     */
    byte[] read(ServerRequest request) {
        // What the web server throws for a body that breaks the protocol is no one kind of exception.
        try (InputStream in = request.content().inputStream()) {
            return read(in);
        } catch (IOException | IllegalArgumentException | UncheckedIOException e) {
            throw new HttpException("the body cannot be read", Status.BAD_REQUEST_400, e, false);
        }
    }

    private byte[] read(InputStream in) throws IOException {
        long begun = nanoTime.getAsLong();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        for (int some = in.read(piece); some >= 0; some = in.read(piece)) {
            body.write(piece, 0, some);
            if (body.size() > Api.MAX_BODY) {
                throw new HttpException(
                        "the body has more than " + Api.MAX_BODY + " bytes", Status.REQUEST_ENTITY_TOO_LARGE_413, true);
            }
            if (nanoTime.getAsLong() - begun > BODY_NANOS) {
                throw new HttpException("the body takes too long", Status.REQUEST_TIMEOUT_408, false);
            }
        }
        return body.toByteArray();
    }
}
