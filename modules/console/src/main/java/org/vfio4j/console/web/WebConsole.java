/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsRouting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.vfio4j.console.api.Api;
import org.vfio4j.console.api.Events;
import org.vfio4j.console.api.FleetApi;
import org.vfio4j.console.api.FleetWatch;
import org.vfio4j.console.api.HostMetrics;
import org.vfio4j.console.api.HostWatch;
import org.vfio4j.console.api.Screens;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.fleet.inventory.FleetInventory;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.control.HostCommands;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.host.UserHost;

/** The web console of a user-space host. */
public final class WebConsole implements AutoCloseable {
    private static final int MAX_HEADERS = 16 << 10;
    private static final int MAX_LINE = 4 << 10;
    private static final int MAX_FRAME = 64 << 10;

    /**
     * What is sent beyond {@link Api#MAX_BODY} is read and dropped up to here: a connection closed over bytes that
     * nobody read is reset, and the refusal may be lost with it.
     */
    private static final int MAX_DROPPED = 1 << 20;

    private static final int MAX_CONNECTIONS = 1_024;

    /** A connection on which nothing comes for so long is cut. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** Kept, since the logging system holds its loggers weakly, and with them what was set. */
    private final Logger helidon = Logger.getLogger("io.helidon");

    private final Events events = new Events();
    private final HostWatch watch;
    private final @Nullable FleetWatch fleet;
    private final Screens screens;
    private final Viewers viewers;
    private final TimedConnections connections;
    private final WebServer server;
    private final InetAddress address;

    private WebConsole(
            UserHost host,
            HostDisplays displays,
            HostCommands commands,
            @Nullable FleetInventory inventoryOrNull,
            Token token,
            InetSocketAddress at,
            Time time) {
        helidon.setLevel(Level.SEVERE);
        address = at.getAddress();
        watch = new HostWatch(host, events);
        fleet = inventoryOrNull == null ? null : new FleetWatch(inventoryOrNull, events);
        screens = new Screens(host, displays);
        HostMetrics metrics = new HostMetrics(host);
        Guard guard = new Guard(new Logins(token.text()), this::port, time);
        viewers = new Viewers(guard, screens, metrics);
        metrics.gauge("vfio4j_console_viewers", "Browsers that show a display.", viewers::count);
        metrics.gauge("vfio4j_console_listeners", "Browsers that hear of changes.", events::listeners);
        HttpRoutes routes = new HttpRoutes(
                new Api(commands, watch, screens, new FleetApi(fleet)),
                guard,
                metrics,
                new EventStream(events, guard),
                screens,
                new BodyReader(time.nanos()));
        WsConfig webSockets = WsConfig.builder().maxFrameLength(MAX_FRAME).build();
        connections = TimedConnections.open(
                Http1Config.builder().maxHeadersSize(MAX_HEADERS).maxPrologueLength(MAX_LINE),
                webSockets,
                time.nanos());
        server = WebServer.builder()
                .address(at.getAddress())
                .port(at.getPort())
                .shutdownHook(false)
                .maxPayloadSize(MAX_DROPPED)
                .maxTcpConnections(MAX_CONNECTIONS)
                .connectionOptions(socket -> socket.readTimeout(SILENCE))
                .shutdownGracePeriod(Duration.ofMillis(500))
                .protocolsDiscoverServices(false)
                .addConnectionSelector(connections)
                .addProtocol(webSockets)
                .routing(routes::register)
                .addRouting(
                        WsRouting.builder().endpoint(Api.ROOT + "/devices/{device}/rfb", () -> new RfbSocket(viewers)))
                .build();
    }

    /**
     * Serves a host's console until it is closed.
     *
     * @param displays what its devices show
     * @param takenInventoryOrNull many hosts to be shown too; closed with the console, or here if this fails
     * @param at port 0 for any that is free
     * @throws RefusedException if it cannot listen there
     */
    public static WebConsole open(
            UserHost host,
            HostDisplays displays,
            HostCommands commands,
            @Nullable FleetInventory takenInventoryOrNull,
            Token token,
            InetSocketAddress at) {
        return open(host, displays, commands, takenInventoryOrNull, token, at, Time.REAL);
    }

    /** The same with a time of its own. */
    static WebConsole open(
            UserHost host,
            HostDisplays displays,
            HostCommands commands,
            @Nullable FleetInventory takenInventoryOrNull,
            Token token,
            InetSocketAddress at,
            Time time) {
        WebConsole console = new WebConsole(host, displays, commands, takenInventoryOrNull, token, at, time);
        try {
            console.server.start();
            return console;
        } catch (RuntimeException e) {
            console.close();
            throw refused(at, e);
        }
    }

    /** Where it is, such as {@code http://127.0.0.1:7650}. */
    public String url() {
        String host = address.getHostAddress();
        return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port();
    }

    private int port() {
        return server.port();
    }

    private static RefusedException refused(InetSocketAddress at, RuntimeException e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new RefusedException(
                Errno.EADDRINUSE,
                "the console cannot listen on " + at.getAddress().getHostAddress() + " port " + at.getPort() + ": "
                        + cause.getMessage(),
                "Name another address or port: --console 127.0.0.1:0 takes any that is free.");
    }

    /** Ends every connection. */
    @Override
    public void close() {
        viewers.close();
        watch.close();
        if (fleet != null) {
            fleet.close();
        }
        events.close();
        screens.close();
        server.stop();
        connections.close();
    }
}
