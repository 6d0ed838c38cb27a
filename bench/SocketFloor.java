/* SPDX-License-Identifier: Apache-2.0 */

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FdChannel;
import org.vfio4j.linux.UnixSocket;

/**
 * What the kernel's socket takes of a vfio-user message's time: messages of the same lengths between two processes that do nothing with them. No
 * server of vfio-user can be faster, unless it needs no socket.
 *
 * <p>Usage: java SocketFloor.java serve SOCKET [--poll], then java SocketFloor.java time SOCKET; see bench/vfio-user, which pins both sides.
 */
class SocketFloor {
    private static final int ACCESS = 32;
    private static final int POSTED_WRITE = 36;
    private static final int POSTED = 1000;

    /** Messages until both compilers have done their work, on both sides. */
    private static final int WARM_UP = 60_000;

    private static final int LARGEST = 1 << 20;

    /** How much a server of ours receives at once. */
    private static final int WINDOW = 1 << 16;

    // a request says how long it is and how long its answer; one of posted messages has no answer
    private static final int LENGTH = 4;
    private static final int ANSWER = 8;

    private final FdChannel channel;
    private final boolean polling;
    private final MemorySegment bytes = Arena.global().allocate(2 * LARGEST, 4096);

    private SocketFloor(Fd socket, boolean polling) {
        this.channel = FdChannel.take(socket);
        this.polling = polling;
    }

    public static void main(String[] args) {
        if (args[0].equals("serve")) {
            try (Fd listening = UnixSocket.listen(args[1], 1)) {
                new SocketFloor(UnixSocket.accept(listening), args.length > 2).serve();
            }
        } else {
            new SocketFloor(UnixSocket.connect(args[1]), false).time();
        }
    }

    private void time() {
        for (int i = 0; i < WARM_UP; i++) {
            call(ACCESS, POSTED_WRITE);
        }
        for (int size : new int[] {4, 4096, 65536, 131072, LARGEST}) {
            Timing.print("socket read " + size, 1, () -> call(ACCESS, ACCESS + size));
            Timing.print("socket write " + size, 1, () -> call(ACCESS + size, ACCESS));
        }
        Timing.print("socket posted write 4", POSTED, () -> {
            request(POSTED_WRITE, 0);
            for (int i = 0; i < POSTED; i++) {
                send(POSTED_WRITE);
            }
            call(ACCESS, ACCESS);
        });
    }

    private void call(int length, int answer) {
        request(length, answer);
        send(length);
        receive(0, answer);
    }

    private void request(int length, int answer) {
        bytes.set(ValueLayout.JAVA_INT, LENGTH, length);
        bytes.set(ValueLayout.JAVA_INT, ANSWER, answer);
    }

    private void serve() {
        int there = 0;
        int at = 0;
        while (true) {
            if (there - at < ACCESS) {
                MemorySegment.copy(bytes, at, bytes, 0, there - at);
                there -= at;
                at = 0;
                there += receiveSome(there, WINDOW);
            }
            int length = bytes.get(ValueLayout.JAVA_INT_UNALIGNED, at + LENGTH);
            int answer = bytes.get(ValueLayout.JAVA_INT_UNALIGNED, at + ANSWER);
            if (there - at < length) {
                receive(there, length - (there - at));
                there = at + length;
            }
            at += length;
            if (answer > 0) {
                send(answer);
            }
        }
    }

    private void send(int length) {
        for (long sent = 0; sent < length; ) {
            sent += channel.send(bytes, sent, length - sent, List.of());
        }
    }

    private void receive(int offset, int length) {
        for (int there = 0; there < length; ) {
            there += receiveSome(offset + there, length - there);
        }
    }

    private int receiveSome(int offset, int length) {
        long n = FdChannel.NOTHING;
        while (n == FdChannel.NOTHING) {
            n = channel.receive(bytes, offset, length, polling ? FdChannel.Wait.NONE : FdChannel.Wait.SOME);
        }
        if (n == 0) {
            System.exit(0);
        }
        return (int) n;
    }
}
