/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.vfio4j.console.api.Events;
import tools.jackson.databind.json.JsonMapper;

/** What happens on the host, as server-sent events: {@code hello} first, whereupon the page looks at everything, then each change. */
final class EventStream implements Handler {
    private static final System.Logger LOG = System.getLogger(EventStream.class.getName());
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final int MAX = 64;

    /** Between two signs of life; then it is also seen whether he is still signed in. */
    private static final long SILENCE_MILLIS = 10_000;

    private final Events events;
    private final Guard guard;

    EventStream(Events events, Guard guard) {
        this.events = events;
        this.guard = guard;
    }

    @Override
    public void handle(ServerRequest request, ServerResponse response) {
        if (events.listeners() >= MAX) {
            response.status(Status.SERVICE_UNAVAILABLE_503).send();
            return;
        }
        response.header(HeaderNames.CONTENT_TYPE, "text/event-stream");
        try (Events.Listener listener = events.listen();
                OutputStream out = response.outputStream()) {
            write(out, "retry: 2000\nevent: hello\ndata: {}\n\n");
            while (!listener.isOver() && guard.isKnown(request.headers())) {
                Optional<Events.Event> event = listener.next(SILENCE_MILLIS);
                write(out, event.map(EventStream::text).orElse(":\n\n"));
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a listener went away", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String text(Events.Event event) {
        return "id: " + event.id() + "\nevent: " + event.name() + "\ndata: " + MAPPER.writeValueAsString(event.data())
                + "\n\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
