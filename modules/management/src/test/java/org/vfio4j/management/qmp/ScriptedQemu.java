/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.qmp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.control.ControlException;
import org.vfio4j.management.json.LineChannel;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The other end of a QMP connection, which says what a test wants it to. */
final class ScriptedQemu implements AutoCloseable {
    static final String GREETING =
            "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 3, \"minor\": 1, \"major\": 11}}, \"capabilities\": []}}";

    private final SocketChannel ours;
    private final SocketChannel theirs;
    private final LineChannel lines;

    ScriptedQemu(Path folder) throws IOException {
        Path path = Files.createTempDirectory(folder, "qmp").resolve("s");
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(path));
            theirs = SocketChannel.open(UnixDomainSocketAddress.of(path));
            ours = listener.accept();
        }
        lines = new LineChannel(ours, 1 << 20, why -> new ControlException(Errno.EMSGSIZE, why));
    }

    /** The client's end. */
    SocketChannel channel() {
        return theirs;
    }

    ScriptedQemu says(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            ours.write(bytes);
        }
        return this;
    }

    /** Answers the next commands, each with its lines, in which ID stands for the command's number. */
    ScriptedQemu answers(String... lines) {
        Thread.ofVirtual().start(() -> {
            try {
                for (String answer : lines) {
                    String id = hears().path("id").asString();
                    for (String line : answer.split("\n", -1)) {
                        says(line.replace("ID", id));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return this;
    }

    /** The next command; missing at the end. */
    JsonNode hears() throws IOException {
        Optional<byte[]> line = lines.read();
        JsonMapper mapper = JsonMapper.builder().build();
        return line.isPresent() ? mapper.readTree(line.get()) : mapper.missingNode();
    }

    /** Waits for the client's end: a clean one, or a reset if it has not read all that was said. */
    boolean isLeft() {
        try {
            return hears().isMissingNode();
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        ours.close();
    }
}
