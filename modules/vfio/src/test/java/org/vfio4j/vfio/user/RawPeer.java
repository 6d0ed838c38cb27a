/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FdChannel;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.linux.UnixSocket;

/** One side of a connection that sends any bytes it is told to, and reads whole messages. Its waits are bounded. */
final class RawPeer implements AutoCloseable {
    /** Exactly what QEMU 11.1 says. */
    static final String QEMU = "{\"capabilities\": {\"pgsizes\": 4096, \"max_msg_fds\": 16, \"max_dma_maps\": 65535,"
            + " \"max_data_xfer_size\": 1048576, \"migration\": {\"max_bitmap_size\": 268435456, \"pgsize\": 4096},"
            + " \"write_multiple\": true}}";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment buffer = arena.allocate(Wire.MAX_MESSAGE);
    private final FdChannel channel;
    private int nextId = 1;

    RawPeer(Fd socket) {
        this.channel = FdChannel.take(socket);
        UnixSocket.bound(socket, PATIENCE);
    }

    /** A message as it came, without its header. */
    @SuppressWarnings("ArrayRecordComponent") // a message is never compared, and its bytes are asserted on
    record Message(int id, int command, int flags, int errno, byte[] payload, List<Fd> fds) {
        boolean isError() {
            return (flags & Wire.IS_ERROR) != 0;
        }

        ByteBuffer bytes() {
            return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** A message with any header. */
    static byte[] message(int id, int command, int size, int flags, byte[] payload) {
        return bytes(
                Wire.HEADER + payload.length,
                bytes -> bytes.putShort((short) id)
                        .putShort((short) command)
                        .putInt(size)
                        .putInt(flags)
                        .putInt(0)
                        .put(payload));
    }

    /** A well-formed request. */
    static byte[] request(int id, Command command, int flags, byte[] payload) {
        return message(id, command.number(), Wire.HEADER + payload.length, flags, payload);
    }

    /** An error reply. */
    static byte[] error(Message request, int errno) {
        return bytes(
                Wire.HEADER,
                bytes -> bytes.putShort((short) request.id())
                        .putShort((short) request.command())
                        .putInt(Wire.HEADER)
                        .putInt(Wire.REPLY | Wire.IS_ERROR)
                        .putInt(errno));
    }

    /** A payload of 32-bit words. */
    static byte[] words(int... words) {
        return bytes(words.length * Integer.BYTES, bytes -> Arrays.stream(words).forEach(bytes::putInt));
    }

    /** A payload of 64-bit words. */
    static byte[] longs(long... words) {
        return bytes(words.length * Long.BYTES, bytes -> Arrays.stream(words).forEach(bytes::putLong));
    }

    /** The payload of a region access. */
    static byte[] access(long offset, int region, int count, byte... data) {
        return join(longs(offset), words(region, count), data);
    }

    /** The payload of DMA_MAP. */
    static byte[] map(int flags, long offset, long iova, long size) {
        return join(words(32, flags), longs(offset, iova, size));
    }

    /** The payload of DMA_READ, DMA_WRITE and their replies. */
    static byte[] dma(long address, long count, byte... data) {
        return join(longs(address, count), data);
    }

    /** The payload of DMA_UNMAP. */
    static byte[] unmap(int flags, long iova, long size) {
        return join(words(24, flags), longs(iova, size));
    }

    /** The payload of VERSION. */
    static byte[] version(int major, int minor, String json) {
        return join(words(minor << 16 | major), json.getBytes(StandardCharsets.UTF_8), new byte[1]);
    }

    /** One after the other. */
    static byte[] join(byte[]... parts) {
        int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
        return bytes(length, bytes -> Arrays.stream(parts).forEach(bytes::put));
    }

    private static byte[] bytes(int size, Consumer<ByteBuffer> fill) {
        byte[] bytes = new byte[size];
        fill.accept(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
        return bytes;
    }

    /** Sends bytes as they are. False if the other side has closed. */
    boolean sendRaw(byte[] bytes, Fd... fds) {
        try (Arena local = Arena.ofConfined()) {
            MemorySegment all = local.allocate(Math.max(1, bytes.length));
            MemorySegment.copy(bytes, 0, all, ValueLayout.JAVA_BYTE, 0, bytes.length);
            long sent = 0;
            while (sent < bytes.length) {
                sent += channel.send(all, sent, bytes.length - sent, sent == 0 ? List.of(fds) : List.of());
            }
            return true;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Sends a well-formed request and returns its id. */
    int send(Command command, byte[] payload, Fd... fds) {
        int id = nextId++ & 0xffff;
        sendRaw(request(id, command, 0, payload), fds);
        return id;
    }

    /** Sends a request and returns the reply to it. */
    Message call(Command command, byte[] payload, Fd... fds) {
        int id = send(command, payload, fds);
        Message reply = receive();
        if (reply.id() != id || reply.command() != command.number() || (reply.flags() & Wire.TYPE_MASK) != Wire.REPLY) {
            throw new AssertionError("a reply to something else: " + reply);
        }
        return reply;
    }

    /** Says what QEMU says at first. */
    Message negotiate() {
        return call(Command.VERSION, version(0, 0, QEMU));
    }

    /** Does with {@code guest}, memory from address 0 on, what a DMA_READ or DMA_WRITE says, and replies. */
    void answer(Message asked, byte[] guest) {
        long address = asked.bytes().getLong(0);
        int count = (int) asked.bytes().getLong(8);
        boolean read = asked.command() == Command.DMA_READ.number();
        byte[] data = read ? Arrays.copyOfRange(guest, (int) address, (int) address + count) : new byte[0];
        if (!read) {
            System.arraycopy(asked.payload(), 16, guest, (int) address, count);
        }
        sendRaw(message(asked.id(), asked.command(), Wire.DATA + data.length, Wire.REPLY, dma(address, count, data)));
    }

    /** The next message. */
    Message receive() {
        Message message = receiveOrEnd();
        if (message == null) {
            throw new AssertionError("the other side has closed");
        }
        return message;
    }

    /** The next message, or null if the other side has closed instead. */
    @Nullable
    Message receiveOrEnd() {
        if (!fill(0, Wire.HEADER)) {
            return null;
        }
        int size = Wire.u32(buffer, Wire.SIZE);
        if (size > Wire.HEADER && !fill(Wire.HEADER, size - Wire.HEADER)) {
            throw new AssertionError("the other side closed within a message");
        }
        return new Message(
                Wire.u16(buffer, Wire.ID),
                Wire.u16(buffer, Wire.COMMAND),
                Wire.u32(buffer, Wire.FLAGS),
                Wire.u32(buffer, Wire.ERROR),
                buffer.asSlice(Wire.HEADER, size - Wire.HEADER).toArray(ValueLayout.JAVA_BYTE),
                channel.takeReceived());
    }

    /** Nothing more will be sent. */
    void endSending() {
        UnixSocket.shutdownSending(channel.socket());
    }

    /** Whether the other side closes: no message comes before that. */
    boolean isClosed() {
        try {
            return channel.receive(buffer, 0, 1, FdChannel.Wait.SOME) == 0;
        } catch (LinuxException e) {
            return true;
        }
    }

    private long receiveSome(int offset, int length) {
        try {
            return channel.receive(buffer, offset, length, FdChannel.Wait.ALL);
        } catch (LinuxException e) {
            return 0; // it closed with something of ours unread
        }
    }

    private boolean fill(int offset, int length) {
        int there = 0;
        while (there < length) {
            long n = receiveSome(offset + there, length - there);
            if (n == FdChannel.NOTHING) {
                throw new AssertionError("no message in " + PATIENCE);
            }
            if (n == 0) {
                return false;
            }
            there += (int) n;
        }
        return true;
    }

    @Override
    public void close() {
        channel.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
