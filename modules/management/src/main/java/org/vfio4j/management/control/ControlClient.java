/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.json.LineChannel;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Asks a running host over its control socket, one command at a time. For one thread. */
public final class ControlClient implements AutoCloseable {
    /** A host with 100,000 devices answers a probe with about 130 MB. */
    private static final int MAX_BYTES = 512 << 20;

    private final Path socket;
    private final LineChannel lines;

    private ControlClient(Path socket, LineChannel lines) {
        this.socket = socket;
        this.lines = lines;
    }

    /** A connection to the host that listens there; empty if none does. */
    public static Optional<ControlClient> connect(Path socket) {
        SocketChannel channel;
        try {
            channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return Optional.empty();
        }
        ControlClient client =
                new ControlClient(socket, new LineChannel(channel, MAX_BYTES, ControlException::tooLong));
        try {
            answer(client.receive()).at("vfio4j").object();
            return Optional.of(client);
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
    }

    /**
     * Has a command done.
     *
     * @return what it returned
     * @throws RefusedException with the host's reason and remedy
     */
    public Cursor call(String command, ObjectNode arguments) {
        send(command, arguments);
        return answer(receive()).at("return");
    }

    /**
     * Has a command done for each of these arguments, and reads each answer while the host is busy with the next.
     *
     * @throws RefusedException with the host's reason and remedy for the first that it refused
     */
    <T> List<T> callEach(String command, List<ObjectNode> arguments, Function<Cursor, T> reader) {
        List<T> results = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            if (i == 0) {
                send(command, arguments.getFirst());
            }
            byte[] line = receive();
            boolean goesOn = i + 1 < arguments.size();
            if (goesOn) { // only now: a host that cannot send an answer does not read a request
                send(command, arguments.get(i + 1));
            }
            try {
                results.add(reader.apply(answer(line).at("return")));
            } catch (RuntimeException e) {
                if (goesOn) {
                    receive();
                }
                throw e;
            }
        }
        return results;
    }

    private void send(String command, ObjectNode arguments) {
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("execute", command);
        request.set("arguments", arguments);
        try {
            lines.write(request);
        } catch (IOException e) {
            throw gone(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw gone(String.valueOf(e.getMessage()));
        }
    }

    private byte[] receive() {
        try {
            return lines.read().orElseThrow(() -> gone("it closed the connection"));
        } catch (IOException e) {
            throw gone(String.valueOf(e.getMessage()));
        }
    }

    private static Cursor answer(byte[] line) {
        Cursor answer = BoundedJson.parse(line, "answer", MAX_BYTES, ControlException::new)
                .object();
        Cursor error = answer.at("error");
        if (!error.isAbsent()) {
            throw new RefusedException(
                    error.at("errno").count(),
                    error.at("desc").text(),
                    error.at("remedy").text());
        }
        return answer;
    }

    private RefusedException gone(String why) {
        return new RefusedException(
                Errno.ECONNRESET,
                "the host that listened on " + socket + " went away: " + why,
                "See whether it still runs, and start it: vfio serve.");
    }
}
