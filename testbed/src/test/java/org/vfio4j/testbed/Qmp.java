/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** QEMU's machine protocol on an open connection: a line of JSON a message, see QEMU's docs/interop/qmp-spec. For one thread. */
final class Qmp implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final SocketChannel channel;
    private final OutputStream out;
    private final BlockingQueue<JsonNode> replies = new LinkedBlockingQueue<>();
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();

    Qmp(SocketChannel channel) throws IOException, InterruptedException {
        this.channel = channel;
        this.out = Channels.newOutputStream(channel);
        Thread.ofVirtual().name("QMP").start(this::readAll);
        take(replies, message -> message.has("QMP"), "QEMU's greeting");
        execute("qmp_capabilities", Map.of());
    }

    /**
     * Has a command done.
     *
     * @return what it returned
     * @throws AssertionError with QEMU's words, if it refuses
     */
    JsonNode execute(String command, Map<String, ?> arguments) throws IOException, InterruptedException {
        String line = MAPPER.writeValueAsString(Map.of("execute", command, "arguments", arguments));
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        JsonNode reply = take(replies, message -> true, "QEMU's answer to " + line);
        if (reply.has("error")) {
            throw new AssertionError(line + ": " + reply.get("error"));
        }
        return reply.get("return");
    }

    /** Waits for an event, and forgets those before it. */
    JsonNode await(String event, Predicate<JsonNode> data) throws InterruptedException {
        return take(
                events,
                message -> message.get("event").asString().equals(event) && data.test(message.path("data")),
                "the event " + event);
    }

    private static JsonNode take(BlockingQueue<JsonNode> queue, Predicate<JsonNode> wanted, String what)
            throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonNode message = queue.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (message == null || message.isMissingNode()) {
                throw new AssertionError(what + " did not come" + (message == null ? " in time" : ": QEMU has ended"));
            }
            if (wanted.test(message)) {
                return message;
            }
        }
    }

    private void readAll() {
        try (BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode message = MAPPER.readTree(line);
                (message.has("event") ? events : replies).add(message);
            }
        } catch (IOException e) {
            // The connection's end, as the line after says to who waits.
        }
        replies.add(MAPPER.missingNode());
        events.add(MAPPER.missingNode());
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
