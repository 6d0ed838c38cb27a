/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.json;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Optional;
import java.util.function.Function;
import org.vfio4j.linux.ErrnoException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lines of JSON over a channel, each ended by a newline. For one thread. */
public final class LineChannel implements AutoCloseable {
    private static final int BUFFER = 64 << 10;
    private static final byte[] NEWLINE = {'\n'};
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final ByteChannel channel;
    private final int maxBytes;
    private final Function<String, ErrnoException> tooLong;
    private final ByteBuffer received = ByteBuffer.allocate(BUFFER).flip();

    /**
     * @param maxBytes of a line that comes in, without its newline
     * @param tooLong makes the exception for a line that is longer, from a sentence that says so
     */
    public LineChannel(ByteChannel channel, int maxBytes, Function<String, ErrnoException> tooLong) {
        this.channel = channel;
        this.maxBytes = maxBytes;
        this.tooLong = tooLong;
    }

    /** The next line without its newline; empty at the end. What comes after the last newline is no line. */
    public Optional<byte[]> read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int start = received.position();
            int end = start;
            while (end < received.limit() && received.get(end) != '\n') {
                end++;
            }
            if (line.size() + (end - start) > maxBytes) {
                throw tooLong.apply("a line is longer than " + maxBytes + " bytes");
            }
            line.write(received.array(), start, end - start);
            if (end < received.limit()) {
                received.position(end + 1);
                return Optional.of(line.toByteArray());
            }
            received.clear();
            int count = channel.read(received);
            received.flip();
            if (count < 0) {
                return Optional.empty();
            }
        }
    }

    public void write(JsonNode message) throws IOException {
        writeWhole(ByteBuffer.wrap(MAPPER.writeValueAsBytes(message)));
        writeWhole(ByteBuffer.wrap(NEWLINE));
    }

    private void writeWhole(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
