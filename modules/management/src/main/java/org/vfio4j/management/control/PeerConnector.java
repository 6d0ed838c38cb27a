/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.json.LineChannel;
import org.vfio4j.management.migrate.Connector;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * Reaches other hosts: another {@code vfio serve} of this machine, by its run folder or its control socket (a path, which has a slash), or one on
 * another machine, by {@code HOST[:PORT]} and TLS.
 */
public final class PeerConnector implements Connector {
    /** Where hosts listen for devices if nothing else is said. */
    public static final int DEFAULT_PORT = 16590;

    static final String COMMAND = "migrate-incoming";

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MAX_LINE = 1 << 20;

    private final @Nullable TlsIdentity identity;

    /**
     * @param identity null for a host that goes to no other machine
     */
    public PeerConnector(@Nullable TlsIdentity identity) {
        this.identity = identity;
    }

    @Override
    public ByteChannel connect(String peer) {
        return isWithinMachine(peer) ? local(Path.of(peer)) : tls(peer);
    }

    @Override
    public boolean isWithinMachine(String peer) {
        return peer.contains("/");
    }

    private static ByteChannel local(Path path) {
        Path socket = Files.isDirectory(path) ? path.resolve("control.sock") : path;
        SocketChannel channel;
        try {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.ECONNREFUSED,
                    "no user-space host answers on " + socket + ": " + e.getMessage(),
                    "Start one: vfio serve --run-dir DIR; then --to DIR.");
        }
        // what the other side has sent is read line by line, and after the last it says nothing before we do
        LineChannel lines = new LineChannel(channel, MAX_LINE, ControlException::tooLong);
        try {
            answer(lines);
            lines.write(JsonNodeFactory.instance.objectNode().put("execute", COMMAND));
            answer(lines);
            return channel;
        } catch (IOException e) {
            close(channel);
            throw new RefusedException(Errno.ECONNRESET, socket + " closed the connection: " + e.getMessage(), "");
        } catch (RuntimeException e) {
            close(channel);
            throw e;
        }
    }

    private static void answer(LineChannel lines) throws IOException {
        byte[] line = lines.read().orElseThrow(() -> new IOException("it ended"));
        Cursor error = BoundedJson.parse(line, "answer", MAX_LINE, ControlException::new)
                .object()
                .at("error");
        if (!error.isAbsent()) {
            throw new RefusedException(
                    error.at("errno").count(),
                    error.at("desc").text(),
                    error.at("remedy").text());
        }
    }

    private ByteChannel tls(String peer) {
        if (identity == null) {
            throw new RefusedException(
                    Errno.ENOKEY,
                    "this host has no certificate to show to " + peer,
                    "Start it with vfio serve --tls-dir DIR. Another vfio serve of this machine is named by its run folder, with a slash: --to ./DIR.");
        }
        int colon = peer.lastIndexOf(':');
        boolean isAddress6 = peer.indexOf(':') != colon && !peer.endsWith("]") && !peer.contains("]:");
        String host = colon < 0 || isAddress6 || peer.endsWith("]") ? peer : peer.substring(0, colon);
        String name = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        int port = host.length() == peer.length() ? DEFAULT_PORT : port(peer.substring(colon + 1), peer);
        Socket below = new Socket();
        try {
            below.connect(new InetSocketAddress(name, port), TIMEOUT_MILLIS);
            below.setTcpNoDelay(true);
            below.setSoTimeout(TIMEOUT_MILLIS);
            SSLSocket socket = (SSLSocket) identity.client().getSocketFactory().createSocket(below, name, port, true);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {TlsIdentity.PROTOCOL});
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return new TlsChannel(below, socket);
        } catch (IOException e) {
            close(below);
            throw new RefusedException(
                    Errno.EHOSTUNREACH,
                    "cannot reach " + name + ", port " + port + ": " + e.getMessage(),
                    "There: vfio serve --migrate-listen ADDR:" + port
                            + " --tls-dir DIR; its certificate must have the name " + name
                            + " and be signed by a CA of this host's ca-cert.pem.");
        } catch (RuntimeException e) {
            close(below);
            throw e;
        }
    }

    static int port(String text, String peer) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 0xffff) {
            throw new RefusedException(Errno.EINVAL, "no port in " + peer, "Write HOST:PORT, or HOST alone.");
        }
        return Integer.parseInt(text);
    }

    private static void close(java.io.Closeable closed) {
        try {
            closed.close();
        } catch (IOException e) {
            System.getLogger(PeerConnector.class.getName()).log(System.Logger.Level.DEBUG, "close", e);
        }
    }
}
