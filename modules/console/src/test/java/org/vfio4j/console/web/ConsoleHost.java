/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.vfio4j.console.display.HostDisplays;
import org.vfio4j.management.control.HostCommands;
import org.vfio4j.management.definition.DefinedHost;
import org.vfio4j.management.definition.Definitions;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.VfioDevice;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A host with the sample parents, its console on a free port, and somebody who asks it. */
final class ConsoleHost implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final UserHost host = UserHost.installed(List.of());
    private final HostDisplays displays = new HostDisplays(host.core());
    private final Token token;
    private final WebConsole console;
    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();

    ConsoleHost(Path folder) {
        this(folder, Time.REAL);
    }

    ConsoleHost(Path folder, Time time) {
        Definitions definitions = new Definitions(folder.resolve("mdevctl.d"));
        definitions.prepare();
        HostCommands commands = new HostCommands(new DefinedHost(host, definitions), "1.0", null, null, () -> {});
        token = Token.in(folder.resolve("token"));
        console = WebConsole.open(
                host,
                displays,
                commands,
                null,
                token,
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                time);
    }

    UserHost host() {
        return host;
    }

    Token token() {
        return token;
    }

    HttpClient client() {
        return client;
    }

    URI uri(String path) {
        return URI.create(console.url() + path);
    }

    /** A request with the token, and JSON as its body where there is one. */
    HttpResponse<String> ask(String method, String path, String body) throws IOException, InterruptedException {
        return send(request(path)
                .header("Authorization", "Bearer " + token.text())
                .method(method, BodyPublishers.ofString(body)));
    }

    /** The JSON that a path has. */
    JsonNode get(String path) throws IOException, InterruptedException {
        return json(ask("GET", path, ""));
    }

    static JsonNode json(HttpResponse<String> response) {
        return MAPPER.readTree(response.body());
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(PATIENCE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** A device of that type, made over HTTP; its name. */
    String start(String parent, String type) throws IOException, InterruptedException {
        HttpResponse<String> made =
                ask("POST", "/api/v1/devices", "{\"parent\":\"%s\",\"type\":\"%s\"}".formatted(parent, type));
        return json(made).path("device").stringValue();
    }

    /** Uses a device as a virtual machine does, until it is closed. */
    VfioDevice use(String name) {
        return host.core().open(name, host.self());
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), uri("/").getPort());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /** Sends raw bytes; what comes back, up to the connection's end or the bound. */
    String exchange(String sent) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            return ""; // cut off while it still came
        }
    }

    @Override
    public void close() {
        console.close();
        client.shutdownNow();
        displays.close();
        token.close();
        host.close();
    }
}
