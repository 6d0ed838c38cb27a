/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.json.LineChannel;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Listens on a control socket, mode 0600, and answers clients that are of the same user or root. Each has a thread of its own, so that one who
 * stalls keeps nobody waiting. A line that is no request is answered with an error, and then the connection is closed.
 */
public final class ControlServer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ControlServer.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final int MAX_CONNECTIONS = 64;

    private final Path socket;
    private final Handler handler;
    private final ServerSocketChannel server;
    private final UserPrincipal owner;
    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

    /** Does what clients ask for. Called by many threads. */
    public interface Handler {
        /** What a client is greeted with. */
        ObjectNode greeting();

        /**
         * Does one command.
         *
         * @return what the client gets; {@code afterwards} of it runs when he has it
         * @throws ErrnoException what he gets instead; ENOSYS for a command that there is not
         */
        Reply execute(String command, Cursor arguments);
    }

    /**
     * An answer.
     *
     * @param value what the client gets
     * @param afterwards done when he has it
     * @param takeOverOrNull gets the connection then, which says no more lines and ends when this returns; null for one that goes on
     */
    public record Reply(
            JsonNode value, Runnable afterwards, @Nullable Consumer<ByteChannel> takeOverOrNull) {
        /** With nothing to do afterwards. */
        public Reply(JsonNode value) {
            this(value, () -> {}, null);
        }
    }

    private ControlServer(Path socket, Handler handler, ServerSocketChannel server) throws IOException {
        this.socket = socket;
        this.handler = handler;
        this.server = server;
        this.owner = Files.getOwner(Path.of("/proc/self"));
    }

    /** Listens from now on, until it is closed. The socket's folder must be its user's alone. */
    public static ControlServer listen(Path socket, Handler handler) {
        try {
            ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.bind(UnixDomainSocketAddress.of(socket));
                Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
                ControlServer server = new ControlServer(socket, handler, channel);
                Thread.ofPlatform().daemon().name("control").start(server::accept);
                return server;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new RefusedException(
                    Errno.EIO,
                    "cannot listen on " + socket + ": " + e.getMessage(),
                    "A socket's path has at most 107 bytes; a shorter folder can be named with --run-dir.");
        }
    }

    /** How many clients there are. */
    public int connections() {
        return connections.size();
    }

    /** Ends every connection and takes the socket away. */
    @Override
    public void close() {
        closeQuietly(server);
        connections.forEach(ControlServer::closeQuietly);
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "cannot remove " + socket, e);
        }
    }

    private void accept() {
        boolean isTold = false;
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                isTold = false;
                connections.add(client);
                Thread.ofPlatform().daemon().name("control client").start(() -> serve(client));
            } catch (IOException e) {
                if (server.isOpen()) {
                    if (!isTold) { // once, however long it lasts
                        LOG.log(System.Logger.Level.WARNING, "control socket", e);
                    }
                    isTold = true;
                    LockSupport.parkNanos(PAUSE.toNanos()); // without descriptors left, the next would fail at once too
                }
            }
        }
    }

    private void serve(SocketChannel client) {
        try (LineChannel lines = new LineChannel(client, ControlRequest.MAX_BYTES, ControlException::tooLong)) {
            Optional<ErrnoException> refusal = refusal(client);
            if (refusal.isPresent()) {
                lines.write(error(refusal.get(), null));
                return;
            }
            lines.write(handler.greeting());
            boolean goesOn = true;
            while (goesOn) {
                goesOn = answerNext(lines, client);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "a client went away", e);
        } finally {
            connections.remove(client);
        }
    }

    /** Whether the connection goes on. */
    private boolean answerNext(LineChannel lines, SocketChannel client) throws IOException {
        ControlRequest request;
        try {
            Optional<byte[]> line = lines.read();
            if (line.isEmpty()) {
                return false;
            }
            request = ControlRequest.read(line.get());
        } catch (ControlException e) {
            lines.write(error(e, null));
            return false;
        }
        Reply reply;
        try {
            reply = handler.execute(request.execute(), request.arguments());
        } catch (ErrnoException e) {
            lines.write(error(e, request.idOrNull()));
            return true;
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("return", reply.value());
        lines.write(withId(answer, request.idOrNull()));
        reply.afterwards().run();
        Consumer<ByteChannel> takeOver = reply.takeOverOrNull();
        if (takeOver != null) {
            takeOver.accept(client);
            return false;
        }
        return true;
    }

    private Optional<ErrnoException> refusal(SocketChannel client) throws IOException {
        UserPrincipal peer = client.getOption(ExtendedSocketOptions.SO_PEERCRED).user();
        if (!peer.equals(owner) && !peer.getName().equals("root")) {
            return Optional.of(new ControlException(
                    Errno.EACCES, "this host is " + owner.getName() + "'s; " + peer.getName() + " may not control it"));
        }
        if (connections.size() > MAX_CONNECTIONS) {
            return Optional.of(
                    new ControlException(Errno.EAGAIN, "this host has " + MAX_CONNECTIONS + " clients already"));
        }
        return Optional.empty();
    }

    private static ObjectNode error(ErrnoException e, @Nullable JsonNode id) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.putObject("error")
                .put("class", errorClass(e))
                .put("desc", String.valueOf(e.getMessage()))
                .put("errno", e.errno())
                .put("remedy", e instanceof RefusedException refused ? refused.remedy() : "");
        return withId(message, id);
    }

    /** QMP's classes as far as it has them. */
    private static String errorClass(ErrnoException e) {
        return switch (e.errno()) {
            case Errno.ENOSYS -> "CommandNotFound";
            case Errno.ENODEV -> "DeviceNotFound";
            default -> "GenericError";
        };
    }

    private static ObjectNode withId(ObjectNode message, @Nullable JsonNode id) {
        if (id != null) {
            message.set("id", id);
        }
        return message;
    }

    private static void closeQuietly(java.nio.channels.Channel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.DEBUG, "close", e);
        }
    }
}
