/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * The whole state of a device that nobody uses meanwhile, out of it or into it: the stream of STOP_COPY. The device runs before and after. For
 * any device that migrates, whoever implements it.
 */
public final class StopCopy {
    private static final int PIECE = 256 << 10;

    private StopCopy() {}

    /**
     * Saves a device's state.
     *
     * @param progress told how many bytes have gone so far
     * @return how many bytes the state has
     * @throws ErrnoException ENOTTY if the device cannot migrate, or what it fails with; it runs again in either case, if it can
     * @throws IOException of the channel; the device runs again
     */
    public static long save(VfioDevice device, WritableByteChannel to, LongConsumer progress) throws IOException {
        long saved;
        try (MigrationStream stream = stream(device, DeviceState.STOP_COPY)) {
            saved = drain(stream, to, progress);
        } catch (IOException | RuntimeException e) {
            runAgain(device, e);
            throw e;
        }
        device.setDeviceState(DeviceState.RUNNING).ifPresent(MigrationStream::close);
        return saved;
    }

    /**
     * Gives a device a state that was saved.
     *
     * @param progress told how many bytes have gone so far
     * @throws ErrnoException what the device refuses the state with: it has been reset then, and runs
     * @throws IOException of the channel; the device has been reset
     */
    public static void restore(VfioDevice device, ReadableByteChannel from, LongConsumer progress) throws IOException {
        MigrationStream stream = stream(device, DeviceState.RESUMING);
        try {
            try (stream) {
                fill(stream, from, progress);
            }
            device.setDeviceState(DeviceState.RUNNING).ifPresent(MigrationStream::close);
        } catch (IOException | RuntimeException e) {
            reset(device, e);
            throw e;
        }
    }

    /**
     * Gives a device the state of another, piece by piece.
     *
     * @throws ErrnoException what either refuses with: the one that gives runs as before, the one that takes has been reset
     */
    public static void copy(VfioDevice from, VfioDevice to) {
        MigrationStream taking = stream(to, DeviceState.RESUMING);
        try {
            try (taking) {
                save(from, new Taking(taking), done -> {});
            }
            to.setDeviceState(DeviceState.RUNNING).ifPresent(MigrationStream::close);
        } catch (IOException e) {
            throw new UncheckedIOException("no file has part in it", e);
        } catch (RuntimeException e) {
            reset(to, e);
            throw e;
        }
    }

    private static MigrationStream stream(VfioDevice device, DeviceState state) {
        Optional<MigrationStream> stream = device.setDeviceState(state);
        return stream.orElseThrow(() -> new VfioException(Errno.EIO, "the device opened no stream for " + state));
    }

    private static long drain(MigrationStream stream, WritableByteChannel to, LongConsumer progress)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(PIECE);
            long all = 0;
            for (int n = stream.read(piece); n > 0; n = stream.read(piece)) {
                ByteBuffer bytes = piece.asSlice(0, n).asByteBuffer();
                while (bytes.hasRemaining()) {
                    to.write(bytes);
                }
                all += n;
                progress.accept(all);
            }
            return all;
        }
    }

    private static void fill(MigrationStream stream, ReadableByteChannel from, LongConsumer progress)
            throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment piece = arena.allocate(PIECE);
            long all = 0;
            for (int n = from.read(piece.asByteBuffer()); n >= 0; n = from.read(piece.asByteBuffer())) {
                writeWhole(stream, piece.asSlice(0, n));
                all += n;
                progress.accept(all);
            }
        }
    }

    private static void writeWhole(MigrationStream stream, MemorySegment bytes) {
        for (long taken = 0; taken < bytes.byteSize(); ) {
            int took = stream.write(bytes.asSlice(taken));
            if (took <= 0) {
                throw new VfioException(Errno.ENOSPC, "the device takes no more of its state");
            }
            taken += took;
        }
    }

    /** A device that takes a state as a channel. */
    private record Taking(MigrationStream stream) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            writeWhole(stream, MemorySegment.ofBuffer(bytes));
            bytes.position(bytes.limit());
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private static void runAgain(VfioDevice device, Exception why) {
        try {
            device.setDeviceState(DeviceState.RUNNING).ifPresent(MigrationStream::close);
        } catch (ErrnoException e) {
            why.addSuppressed(e);
        }
    }

    private static void reset(VfioDevice device, Exception why) {
        try {
            device.reset();
        } catch (ErrnoException e) {
            why.addSuppressed(e);
        }
    }
}
