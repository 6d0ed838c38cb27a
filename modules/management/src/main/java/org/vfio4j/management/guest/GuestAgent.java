/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.guest;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.json.BoundedJson;
import org.vfio4j.management.json.Cursor;
import org.vfio4j.management.json.LineChannel;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks QEMU's guest agent over the socket of its channel: lines of JSON, each answered in its turn. What an earlier client left in the channel
 * is passed over by {@code guest-sync-delimited}, whose answer has a byte 0xff before it. Source: QEMU, qga/qapi-schema.json.
 */
public final class GuestAgent {
    /** What an earlier client may have left unread: an answer a line. */
    private static final int MAX_STALE_LINES = 1000;

    private static final byte DELIMITER = (byte) 0xff;
    private static final String SHORTER = "Give what it answers to guest-get-devices as a file instead.";
    private static final String HELD =
            "A channel has one client at a time; where libvirt has it, ask by libvirt and give the answer as a file:"
                    + " virsh qemu-agent-command NAME '{\"execute\":\"guest-get-devices\"}' > FILE.";

    private final LineChannel lines;
    private final RandomGenerator random;

    private GuestAgent(LineChannel lines, RandomGenerator random) {
        this.lines = lines;
        this.random = random;
    }

    /**
     * What the guest says of its devices; {@link GuestReport.Silent} where an agent is there that does not answer, or not as it should.
     *
     * @param socket of the agent's channel, such as the path of QEMU's chardev
     * @param bound the longest that all of it takes
     * @throws GuestException if there is no such socket, or it refuses connections
     */
    public static GuestReport devices(Path socket, Duration bound) {
        try (SocketChannel channel = connect(socket)) {
            return devices(new BoundedChannel(channel, bound), RandomGenerator.getDefault());
        } catch (IOException e) {
            throw unreachable(socket, String.valueOf(e.getMessage()));
        }
    }

    /** The same over a channel. */
    static GuestReport devices(ByteChannel channel, RandomGenerator random) {
        GuestAgent agent = new GuestAgent(
                new LineChannel(channel, GuestAnswer.MAX_BYTES, what -> new GuestException(Errno.EMSGSIZE, what)),
                random);
        try {
            channel.write(ByteBuffer.wrap(new byte[] {DELIMITER}));
            agent.synchronize();
            agent.lines.write(command("guest-get-devices"));
            return GuestAnswer.read(agent.next());
        } catch (SocketTimeoutException e) {
            return new GuestReport.Silent(
                    "nobody answered on the guest agent's channel: " + e.getMessage(),
                    "See that the guest runs and its agent with it. " + HELD);
        } catch (IOException e) {
            return new GuestReport.Silent("the guest agent's channel broke: " + e.getMessage(), HELD);
        } catch (GuestException e) {
            return new GuestReport.Silent("the guest's agent answered wrongly: " + e.getMessage(), SHORTER);
        }
    }

    private static SocketChannel connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false); // a listener whose queue is full would hold a blocking one for ever
            if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                throw new IOException("too many clients wait for it");
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static GuestException unreachable(Path socket, String why) {
        return new GuestException(Errno.ENOTCONN, "no guest agent can be reached at " + socket + ": " + why);
    }

    /** Reads up to the answer that is meant for this client. */
    private void synchronize() throws IOException {
        int id = random.nextInt(Integer.MAX_VALUE);
        ObjectNode request = command("guest-sync-delimited");
        request.putObject("arguments").put("id", id);
        lines.write(request);
        for (int i = 0; i < MAX_STALE_LINES; i++) {
            if (isAnswer(next(), id)) {
                return;
            }
        }
        throw new GuestException(
                "guest agent", "no answer to guest-sync-delimited among " + MAX_STALE_LINES + " lines");
    }

    private static boolean isAnswer(byte[] line, int id) {
        try {
            Cursor answer = BoundedJson.parse(line, "guest agent", GuestAnswer.MAX_BYTES, GuestException::new)
                    .object();
            return answer.at("return").integer() == id;
        } catch (GuestException e) {
            return false; // an answer to somebody else, or half of one
        }
    }

    /** The next line; where a delimiter is in it, what follows that. */
    private byte[] next() throws IOException {
        Optional<byte[]> line = lines.read();
        if (line.isEmpty()) {
            throw new IOException("its other end was closed");
        }
        byte[] bytes = line.get();
        int from = bytes.length;
        while (from > 0 && bytes[from - 1] != DELIMITER) {
            from--;
        }
        return Arrays.copyOfRange(bytes, from, bytes.length);
    }

    private static ObjectNode command(String name) {
        return JsonNodeFactory.instance.objectNode().put("execute", name);
    }
}
