/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.control;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lines of JSON over a channel, each ended by a newline. For one thread. */
final class LineChannel implements AutoCloseable {
    private static final int BUFFER = 16 << 10;
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final ByteChannel channel;
    private final int maxBytes;
    private final ByteBuffer received = ByteBuffer.allocate(BUFFER).flip();

    /**
     * @param maxBytes of a line that comes in, without its newline
     */
    LineChannel(ByteChannel channel, int maxBytes) {
        this.channel = channel;
        this.maxBytes = maxBytes;
    }

    /**
     * The next line without its newline; empty at the end. What comes after the last newline is no line.
     *
     * @throws ControlException EMSGSIZE for a line that is too long
     */
    Optional<byte[]> read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            while (received.hasRemaining()) {
                byte next = received.get();
                if (next == '\n') {
                    return Optional.of(line.toByteArray());
                }
                if (line.size() == maxBytes) {
                    throw new ControlException(Errno.EMSGSIZE, "a line is longer than " + maxBytes + " bytes");
                }
                line.write(next);
            }
            received.clear();
            int count = channel.read(received);
            received.flip();
            if (count < 0) {
                return Optional.empty();
            }
        }
    }

    void write(JsonNode message) throws IOException {
        ByteBuffer bytes =
                ByteBuffer.wrap((MAPPER.writeValueAsString(message) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
