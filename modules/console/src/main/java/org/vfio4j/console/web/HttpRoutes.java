/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.HttpException;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vfio4j.console.api.Api;
import org.vfio4j.console.api.HostMetrics;
import org.vfio4j.console.api.Request;
import org.vfio4j.console.api.Response;
import org.vfio4j.console.api.Route;
import org.vfio4j.console.api.Screens;
import org.vfio4j.linux.ErrnoException;

/** The console's paths: who may ask, what he is answered, and the headers that keep the page to itself. */
final class HttpRoutes {
    private static final System.Logger LOG = System.getLogger(HttpRoutes.class.getName());
    private static final String LOGIN = "/login";
    private static final String ASSETS = "/assets/";
    private static final Set<String> READING = Set.of("GET", "HEAD");

    /** Scripts, styles and pictures come from here and nowhere else; nobody may frame the page. */
    private static final List<Header> ALWAYS = List.of(
            HeaderValues.create(
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self';"
                            + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
            HeaderValues.create("X-Content-Type-Options", "nosniff"),
            HeaderValues.create("X-Frame-Options", "DENY"),
            HeaderValues.create("Referrer-Policy", "same-origin"),
            HeaderValues.create("Cross-Origin-Resource-Policy", "same-origin"),
            HeaderValues.create("Cross-Origin-Opener-Policy", "same-origin"));

    private final Api api;
    private final Guard guard;
    private final HostMetrics metrics;
    private final EventStream events;
    private final Screens screens;
    private final BodyReader bodies;
    private final PageFiles files = new PageFiles();

    HttpRoutes(Api api, Guard guard, HostMetrics metrics, EventStream events, Screens screens, BodyReader bodies) {
        this.bodies = bodies;
        this.api = api;
        this.guard = guard;
        this.metrics = metrics;
        this.events = events;
        this.screens = screens;
    }

    /** Adds all of them. */
    void register(HttpRouting.Builder routing) {
        routing.addFilter(this::filter);
        for (Route route : api.routes()) {
            routing.route(Method.create(route.method()), route.path(), (req, res) -> answer(route, req, res));
        }
        routing.get(Api.ROOT + "/events", events);
        routing.get(Api.ROOT + "/devices/{device}/rfb", this::needsWebSocket);
        routing.get("/metrics", (req, res) -> send(res, metrics.text()));
        routing.get("/", (req, res) -> file("index.html", req, res));
        routing.get(LOGIN, (req, res) -> file("login.html", req, res));
        routing.post(LOGIN, this::signIn);
        routing.post("/logout", this::signOut);
        routing.get(ASSETS + "*", (req, res) -> file(req.path().path().substring(ASSETS.length()), req, res));
        routing.any((req, res) -> send(res, unknown(req)));
        routing.error(ErrnoException.class, (req, res, e) -> send(res, Response.of(e)));
        routing.error(HttpException.class, (req, res, e) -> send(res, refused(e, res)));
        routing.error(RuntimeException.class, (req, res, e) -> send(res, failed(e)));
    }

    private void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        try {
            admit(chain, request, response);
        } finally {
            TimedConnections.answered();
        }
    }

    private void admit(FilterChain chain, RoutingRequest request, RoutingResponse response) {
        ALWAYS.forEach(response::header);
        response.header(HeaderNames.CACHE_CONTROL, "no-store");
        Headers headers = request.headers();
        String path = request.path().path();
        boolean changes = !READING.contains(request.prologue().method().text()) || isWebSocket(headers);
        Optional<Guard.Objection> objection = guard.objection(headers, changes);
        if (objection.isPresent()) {
            send(response, Response.error(403, "EACCES", objection.get().what(), ""));
        } else if (isPublic(path) || guard.isKnown(headers)) {
            chain.proceed();
        } else if (path.equals("/")) {
            response.status(Status.SEE_OTHER_303)
                    .header(HeaderNames.LOCATION, LOGIN)
                    .send();
        } else {
            if (headers.contains(HeaderNames.AUTHORIZATION)) {
                guard.tokenWasWrong(peer(request));
            }
            response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
            send(
                    response,
                    Response.error(
                            401,
                            "EACCES",
                            "this console asks for its token",
                            "vfio serve says where it is; a script sends it as Authorization: Bearer TOKEN."));
        }
    }

    private static boolean isWebSocket(Headers headers) {
        return headers.first(HeaderNames.UPGRADE)
                .filter(to -> to.toLowerCase(Locale.ROOT).contains("websocket"))
                .isPresent();
    }

    private static InetAddress peer(ServerRequest request) {
        return ((InetSocketAddress) request.remotePeer().address()).getAddress();
    }

    private static boolean isPublic(String path) {
        return path.equals(LOGIN) || path.startsWith(ASSETS);
    }

    private void answer(Route route, ServerRequest request, ServerResponse response) {
        Response answer;
        try {
            answer = route.handler().handle(read(route, request));
        } catch (ErrnoException e) {
            answer = Response.of(e);
        }
        metrics.answered(route.id(), answer.status());
        if (answer.type().startsWith("image/")) {
            metrics.sent("png", answer.body().length);
            metrics.sentFrame("png");
        }
        send(response, answer);
    }

    private Request read(Route route, ServerRequest request) {
        Map<String, String> path = new HashMap<>();
        for (String name : List.of("device", "host", "type")) {
            if (route.path().contains("{" + name + "}")) {
                path.put(name, request.path().pathParameters().get(name));
            }
        }
        byte[] body =
                READING.contains(route.method()) || !request.content().hasEntity() ? new byte[0] : bodies.read(request);
        return new Request(
                path,
                request.query().toMap(),
                body,
                request.headers().first(HeaderNames.IF_NONE_MATCH).orElse(""));
    }

    private void file(String name, ServerRequest request, ServerResponse response) {
        String known = request.headers().first(HeaderNames.IF_NONE_MATCH).orElse("");
        send(response, files.file(name, known).orElseGet(() -> unknown(request)));
    }

    /** A form with the token; who has it goes on to the page. */
    private void signIn(ServerRequest request, ServerResponse response) {
        String form = new String(bodies.read(request), StandardCharsets.UTF_8);
        String token = form.startsWith("token=") ? decoded(form.substring("token=".length())) : "";
        Optional<String> cookie = guard.signIn(token, peer(request));
        cookie.ifPresent(value -> response.header(HeaderNames.SET_COOKIE, value));
        metrics.answered("login", cookie.isPresent() ? 303 : 403);
        response.status(Status.SEE_OTHER_303)
                .header(HeaderNames.LOCATION, cookie.isPresent() ? "/" : LOGIN + "?wrong")
                .send();
    }

    private void signOut(ServerRequest request, ServerResponse response) {
        response.header(HeaderNames.SET_COOKIE, guard.signOut(request.headers()));
        response.status(Status.SEE_OTHER_303)
                .header(HeaderNames.LOCATION, LOGIN)
                .send();
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** A display that was asked for, but not as a WebSocket. */
    private void needsWebSocket(ServerRequest request, ServerResponse response) {
        screens.feed(request.path().pathParameters().get("device"));
        send(
                response,
                Response.error(
                        426,
                        "EPROTO",
                        "a display is shown over a WebSocket, to as many viewers as there is room for",
                        "Open it from the console's page."));
    }

    private static Response unknown(ServerRequest request) {
        return Response.error(
                404,
                "ENOENT",
                "there is no " + request.prologue().method().text() + " "
                        + request.path().path(),
                "See " + Api.ROOT + "/openapi.json for what there is.");
    }

    private static Response refused(HttpException e, ServerResponse response) {
        if (!e.keepAlive()) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        return Response.error(e.status().code(), "EINVAL", String.valueOf(e.getMessage()), "");
    }

    private static Response failed(RuntimeException e) {
        LOG.log(System.Logger.Level.ERROR, "a request failed", e);
        return Response.error(
                500, "EIO", "this is a mistake of vfio4j's own; its log says more", "Report it with that log.");
    }

    private static void send(ServerResponse response, Response answer) {
        response.status(Status.create(answer.status()));
        answer.headers().forEach((name, value) -> response.header(HeaderNames.create(name), value));
        if (!answer.type().isEmpty()) {
            response.header(HeaderNames.CONTENT_TYPE, answer.type());
        }
        response.send(answer.body());
    }
}
