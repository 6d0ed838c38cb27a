/* SPDX-License-Identifier: Apache-2.0 */

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FdChannel;
import org.vfio4j.linux.Memfd;
import org.vfio4j.linux.UnixSocket;
import org.vfio4j.vfio.DmaMapping;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.user.VfioUserDevice;

/**
 * Times messages to any server of vfio-user whose device is that of VfioUserMover.java: one outstanding, then posted ones, then the device's DMA.
 * Prints the fastest tenth of the batches and their median, in microseconds: the first says what a message takes, the second how busy the
 * machine was.
 *
 * <p>Usage: java VfioUserRoundTrip.java SOCKET LARGEST-WRITE [multi]; see bench/vfio-user, which pins both sides.
 */
class VfioUserRoundTrip {
    /** Messages until both compilers of a Java server have done their work. */
    private static final int WARM_UP = 60_000;

    /** The same for each size of access. */
    private static final int WARM_UP_LONG = 2_000;

    private static final int MB = 1 << 20;

    /** What one write takes as one of many in REGION_WRITE_MULTI, as QEMU sends them. */
    private static final int ENTRIES = 200;

    private static final int POSTED = 1000;

    public static void main(String[] args) {
        Path socket = Path.of(args[0]);
        int largestWrite = Integer.parseInt(args[1]);
        try (VfioUserDevice device = VfioUserDevice.connect(socket)) {
            accesses(device, largestWrite);
            dma(device, largestWrite);
        }
        try (Posting posting = Posting.connect(socket)) {
            Timing.print("posted write 4", POSTED, posting::writes);
            if (args.length > 2) {
                Timing.print("write multi", Posting.MESSAGES * ENTRIES, posting::manyWrites);
            }
        }
    }

    private static void accesses(VfioUserDevice device, int largestWrite) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment four = arena.allocate(4);
            for (int i = 0; i < WARM_UP; i++) {
                device.read(0, 0, four);
                device.write(0, 0, four);
            }
            for (int size : new int[] {4, 4096, 65536, 131072, MB}) {
                MemorySegment bytes = arena.allocate(size);
                for (int i = 0; i < WARM_UP_LONG; i++) {
                    device.read(0, 0, bytes);
                }
                Timing.print("read " + size, 1, () -> device.read(0, 0, bytes));
                if (size <= largestWrite) {
                    Timing.print("write " + size, 1, () -> device.write(0, 0, bytes));
                }
            }
        }
    }

    /** The device copies a megabyte that it maps, and one that it asks for; and this process one by itself, for comparison. */
    private static void dma(VfioUserDevice device, int largestWrite) {
        try (Arena arena = Arena.ofConfined();
                Fd memory = Memfd.create("client", MB)) {
            MemorySegment own = arena.allocate(MB);
            MemorySegment other = arena.allocate(MB);
            int both = DmaMapping.READ | DmaMapping.WRITE;
            device.mapDma(new DmaMapping(IovaRange.of(0, MB), both, new DmaMapping.File(memory, 0)));
            device.mapDma(new DmaMapping(IovaRange.of(MB, MB), both, new DmaMapping.Remote(new Memory(own))));
            Mover mover = new Mover(device, arena);
            for (int size : new int[] {4096, 65536, MB}) {
                Timing.print("memcpy " + size, 1, () -> MemorySegment.copy(own, 0, other, 0, size));
                mover.aim(0, size);
                Timing.print("mapped DMA read " + size, 1, mover::read);
                Timing.print("mapped DMA write " + size, 1, mover::write);
                mover.aim(MB, size);
                Timing.print("asked DMA read " + size, 1, mover::read);
                if (size <= largestWrite) {
                    Timing.print("asked DMA write " + size, 1, mover::write);
                }
            }
        }
    }

    /** The device's registers. */
    private static final class Mover {
        private final VfioUserDevice device;
        private final MemorySegment value;
        private final MemorySegment from;
        private final MemorySegment to;

        Mover(VfioUserDevice device, Arena arena) {
            this.device = device;
            this.value = arena.allocate(8);
            this.from = arena.allocateFrom(ValueLayout.JAVA_INT, 1);
            this.to = arena.allocateFrom(ValueLayout.JAVA_INT, 2);
        }

        void aim(long address, int length) {
            value.set(ValueLayout.JAVA_LONG, 0, address);
            device.write(1, 0, value);
            value.set(ValueLayout.JAVA_INT, 0, length);
            device.write(1, 8, value.asSlice(0, 4));
        }

        void read() {
            device.write(1, 12, from);
        }

        void write() {
            device.write(1, 12, to);
        }
    }

    /** Memory that no server can map: it begins at the second megabyte. */
    private record Memory(MemorySegment bytes) implements DmaMapping.Owner {
        @Override
        public void read(long iova, MemorySegment into) {
            MemorySegment.copy(bytes, iova - MB, into, 0, into.byteSize());
        }

        @Override
        public void write(long iova, MemorySegment from) {
            MemorySegment.copy(from, 0, bytes, iova - MB, from.byteSize());
        }
    }

    /** A client that sends writes without waiting, then asks once to know that all are done. */
    private static final class Posting implements AutoCloseable {
        static final int MESSAGES = 5;

        private static final int HEADER = 16;
        private static final int ACCESS = 32;
        private static final int POSTED_FLAG = 0x10;
        private static final String VERSION = "{\"capabilities\":{\"max_msg_fds\":8,\"max_data_xfer_size\":1048576}}";

        private final Arena arena = Arena.ofConfined();
        private final FdChannel channel;
        private final MemorySegment write = message(10, ACCESS + 4, POSTED_FLAG);
        private final MemorySegment many = message(15, 24 + ENTRIES * 24, POSTED_FLAG);
        private final MemorySegment read = message(9, ACCESS, 0);
        private final MemorySegment answer = arena.allocate(4096);

        private Posting(FdChannel channel) {
            this.channel = channel;
        }

        static Posting connect(Path socket) {
            Posting posting = new Posting(FdChannel.take(UnixSocket.connect(socket.toString())));
            byte[] json = (VERSION + "\0").getBytes(StandardCharsets.UTF_8);
            MemorySegment version = posting.message(1, HEADER + 4 + json.length, 0);
            MemorySegment.copy(json, 0, version, ValueLayout.JAVA_BYTE, HEADER + 4, json.length);
            posting.send(version);
            posting.channel.receive(posting.answer);
            posting.write.set(ValueLayout.JAVA_INT, 28, 4);
            posting.read.set(ValueLayout.JAVA_INT, 28, 4);
            posting.many.set(ValueLayout.JAVA_LONG, HEADER, ENTRIES);
            for (int i = 0; i < ENTRIES; i++) {
                posting.many.set(ValueLayout.JAVA_LONG, 24 + i * 24L, i * 4L);
                posting.many.set(ValueLayout.JAVA_INT, 24 + i * 24L + 12, 4);
            }
            return posting;
        }

        void writes() {
            for (int i = 0; i < POSTED; i++) {
                send(write);
            }
            await();
        }

        void manyWrites() {
            for (int i = 0; i < MESSAGES; i++) {
                send(many);
            }
            await();
        }

        private void await() {
            send(read);
            channel.receive(answer, 0, ACCESS + 4, FdChannel.Wait.ALL);
        }

        private MemorySegment message(int command, int size, int flags) {
            MemorySegment message = arena.allocate(size, 8);
            message.set(ValueLayout.JAVA_SHORT, 2, (short) command);
            message.set(ValueLayout.JAVA_INT, 4, size);
            message.set(ValueLayout.JAVA_INT, 8, flags);
            return message;
        }

        private void send(MemorySegment message) {
            long sent = 0;
            while (sent < message.byteSize()) {
                sent += channel.send(message, sent, message.byteSize() - sent, List.of());
            }
        }

        @Override
        public void close() {
            channel.close();
            arena.close();
        }
    }
}
