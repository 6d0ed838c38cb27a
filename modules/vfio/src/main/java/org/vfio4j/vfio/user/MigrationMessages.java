/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.uapi.VfioMigration;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;

/**
 * A server's DEVICE_FEATURE, MIG_DATA_READ and MIG_DATA_WRITE. Features have the kernel's payloads, but for those of DMA logging, where ranges and
 * bitmap stand in the message itself. The stream that a change of the migration state opens is kept here, since it has no descriptor.
 */
final class MigrationMessages implements AutoCloseable {
    private static final int FIXED = Wire.FEATURE_DATA - Wire.HEADER;
    private static final int DATA_FIXED = Wire.MIGRATION_DATA - Wire.HEADER;

    private final Connection connection;
    private Optional<MigrationStream> stream = Optional.empty();

    MigrationMessages(Connection connection) {
        this.connection = connection;
    }

    /**
     * DEVICE_FEATURE.
     *
     * @param message the whole of it
     */
    void feature(VfioDevice device, MemorySegment message) {
        int flags = Wire.u32(message, Wire.FEATURE_FLAGS);
        int room = room(message, FIXED, Wire.MAX_MESSAGE - Wire.FEATURE_DATA);
        MemorySegment request = message.asSlice(Wire.FEATURE_DATA);
        MemorySegment out = connection.out();
        Wire.put32(out, Wire.FEATURE_FLAGS, flags);
        int data;
        if ((flags & Feature.PROBE) != 0) {
            device.feature(flags, MemorySegment.NULL);
            data = 0;
        } else {
            data = act(device, flags, request, out.asSlice(Wire.FEATURE_DATA, room));
        }
        Wire.put32(out, Wire.ARGSZ, FIXED + data);
        connection.reply(FIXED + data);
    }

    /**
     * @param answer as long as the client allows
     * @return how much of it was used
     */
    private int act(VfioDevice device, int flags, MemorySegment request, MemorySegment answer) {
        int index = flags & Feature.INDEX_MASK;
        boolean set = (flags & Feature.SET) != 0;
        boolean get = (flags & Feature.GET) != 0;
        if (index == Feature.MIG_DEVICE_STATE && set && !get) {
            return setState(device, request, answer);
        }
        if (index == Feature.DMA_LOGGING_START && set && !get) {
            LoggingPayload.start(device, request);
            return 0;
        }
        if (index == Feature.DMA_LOGGING_STOP && set && !get) {
            device.stopDmaLogging();
            return 0;
        }
        if (index == Feature.DMA_LOGGING_REPORT && get && !set) {
            return LoggingPayload.report(device, request, answer);
        }
        if (set && !get) {
            device.feature(flags, request);
            return 0;
        }
        answer.fill((byte) 0);
        device.feature(flags, answer);
        return (int) answer.byteSize();
    }

    private int setState(VfioDevice device, MemorySegment request, MemorySegment answer) {
        if (request.byteSize() < VfioMigration.STATE.size() || answer.byteSize() < VfioMigration.STATE.size()) {
            throw new VfioException(Errno.EINVAL, "a device state of " + request.byteSize() + " bytes");
        }
        DeviceState target = DeviceState.of(VfioMigration.STATE_DEVICE_STATE.get(request));
        Optional<MigrationStream> opened = device.setDeviceState(target);
        if (opened.isPresent()) {
            close();
            stream = opened;
        }
        VfioMigration.STATE_DEVICE_STATE.set(answer, target.number());
        VfioMigration.STATE_DATA_FD.set(answer, -1);
        return (int) VfioMigration.STATE.size();
    }

    /** MIG_DATA_READ: fewer bytes than asked for are the end. */
    void read(MemorySegment message) {
        int size = size(message);
        if (room(message, DATA_FIXED, Wire.MAX_MESSAGE - Wire.MIGRATION_DATA) < size) {
            throw new VfioException(Errno.EINVAL, "argsz is too small for " + size + " bytes");
        }
        int read = fill(stream(), size);
        Wire.put32(connection.out(), Wire.ARGSZ, DATA_FIXED + read);
        Wire.put32(connection.out(), Wire.MIGRATION_SIZE, read);
        connection.reply(DATA_FIXED + read);
    }

    /** What a stream in pre-copy says at its end for now (ENOMSG) is said only where nothing came before it. */
    private int fill(MigrationStream from, int size) {
        int read = 0;
        try {
            int n;
            do {
                n = from.read(connection.out(Wire.MIGRATION_DATA + read, size - read));
                read += n;
            } while (n > 0 && read < size);
        } catch (ErrnoException e) {
            if (read == 0 || e.errno() != Errno.ENOMSG) {
                throw e;
            }
        }
        return read;
    }

    /** MIG_DATA_WRITE. */
    void write(MemorySegment message) {
        int size = size(message);
        if (message.byteSize() != Wire.MIGRATION_DATA + size) {
            throw new VfioException(Errno.EINVAL, "a message of " + message.byteSize() + " bytes with " + size);
        }
        MigrationStream to = stream();
        long written = Wire.MIGRATION_DATA;
        while (written < message.byteSize()) {
            int n = to.write(message.asSlice(written));
            if (n == 0) {
                throw new VfioException(Errno.ENOSPC, "the device takes no more of its state");
            }
            written += n;
        }
        connection.reply(0);
    }

    /** The stream that was opened last: what it says once the device has left its state is its own. */
    Optional<MigrationStream> opened() {
        return stream;
    }

    /** Ends the stream, if there is one. */
    @Override
    public void close() {
        stream.ifPresent(MigrationStream::close);
        stream = Optional.empty();
    }

    private MigrationStream stream() {
        return stream.orElseThrow(() -> new VfioException(Errno.EINVAL, "the device is neither saving nor resuming"));
    }

    /** How much an answer may have behind its fixed part, as argsz says, and no more than {@code most}. */
    private static int room(MemorySegment message, int fixed, int most) {
        return (int) Math.min(Wire.argsz(message, Wire.ARGSZ, fixed) - fixed, most);
    }

    private static int size(MemorySegment message) {
        int size = Wire.u32(message, Wire.MIGRATION_SIZE);
        if (size < 0 || size > Wire.MAX_MESSAGE - Wire.MIGRATION_DATA) {
            throw new VfioException(Errno.E2BIG, Integer.toUnsignedString(size) + " bytes of migration data at once");
        }
        return size;
    }
}
