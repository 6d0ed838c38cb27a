/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.uapi.VfioMigration;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.IovaRange;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioException;

/** A client's DEVICE_FEATURE, and the stream of migration data, which the protocol has messages for instead of a descriptor. */
final class ClientFeatures {
    private static final Set<DeviceState> SAVING =
            EnumSet.of(DeviceState.STOP_COPY, DeviceState.PRE_COPY, DeviceState.PRE_COPY_P2P);
    private static final int FIXED = Wire.FEATURE_DATA - Wire.HEADER;
    private static final int DATA_FIXED = Wire.MIGRATION_DATA - Wire.HEADER;
    private static final int MAX_PAYLOAD = Wire.MAX_MESSAGE - Wire.FEATURE_DATA;

    private final Calls calls;
    private final int most;
    private final boolean extended;
    private @Nullable Stream current;

    /**
     * @param most data that the server takes in one message, in bytes
     * @param extended whether the server knows this library's own messages
     */
    ClientFeatures(Calls calls, int most, boolean extended) {
        this.calls = calls;
        this.most = Math.clamp(most, 1, Wire.MAX_DATA - DATA_FIXED);
        this.extended = extended;
    }

    /** {@link org.vfio4j.vfio.VfioDevice#feature}. */
    void call(int flags, MemorySegment data) {
        boolean probe = (flags & Feature.PROBE) != 0;
        if (!probe && hasOwnMethod(flags)) {
            request((flags & (Feature.INDEX_MASK | Feature.GET | Feature.SET)) | Feature.PROBE, 0, 0);
            throw new VfioException(
                    Errno.EINVAL, "feature " + (flags & Feature.INDEX_MASK) + " has a method of its own");
        }
        if (probe) {
            request(flags, 0, 0);
            return;
        }
        int size = checked(data.byteSize());
        boolean set = (flags & Feature.SET) != 0 && (flags & Feature.GET) == 0;
        if (set) {
            MemorySegment.copy(data, 0, calls.out(), Wire.FEATURE_DATA, size);
        }
        MemorySegment answer = request(flags, set ? size : 0, size);
        if (!set) {
            MemorySegment.copy(answer, 0, data, 0, Math.min(size, answer.byteSize()));
        }
    }

    Optional<MigrationStream> setState(DeviceState target) {
        DeviceState before = state();
        MemorySegment payload = calls.out().asSlice(Wire.FEATURE_DATA, VfioMigration.STATE.size());
        VfioMigration.STATE_DEVICE_STATE.set(payload, target.number());
        VfioMigration.STATE_DATA_FD.set(payload, -1);
        int size = (int) VfioMigration.STATE.size();
        request(Feature.MIG_DEVICE_STATE | Feature.SET, size, size);
        boolean opens = SAVING.contains(target)
                ? !SAVING.contains(before)
                : target == DeviceState.RESUMING && before != DeviceState.RESUMING;
        if (!opens) {
            return Optional.empty();
        }
        Stream stream = new Stream();
        current = stream;
        return Optional.of(stream);
    }

    void startDmaLogging(long pageSize, List<IovaRange> ranges) {
        int size = checked(LoggingPayload.startSize(ranges.size()));
        LoggingPayload.writeStart(calls.out().asSlice(Wire.FEATURE_DATA, size), pageSize, ranges);
        request(Feature.DMA_LOGGING_START | Feature.SET, size, 0);
    }

    void stopDmaLogging() {
        request(Feature.DMA_LOGGING_STOP | Feature.SET, 0, 0);
    }

    /** The bits of the reply are added to the bitmap. */
    void reportDmaLogging(IovaRange range, long pageSize, MemorySegment bitmap) {
        int fixed = LoggingPayload.REPORT_FIXED;
        int size = checked(fixed + bitmap.byteSize());
        LoggingPayload.writeReport(calls.out().asSlice(Wire.FEATURE_DATA, fixed), range, pageSize);
        MemorySegment answer = request(Feature.DMA_LOGGING_REPORT | Feature.GET, fixed, size);
        if (answer.byteSize() != size) {
            throw calls.malformed(Command.DEVICE_FEATURE, answer.byteSize() + " bytes of a report, not " + size);
        }
        LoggingPayload.addReported(answer, bitmap);
    }

    /** Refuses what only a server of this library can be asked. */
    void requireExtension(String what) {
        if (!extended) {
            throw new VfioException(Errno.ENOTTY, "vfio-user has no message for " + what);
        }
    }

    /** Goes through an own segment, since the device state is read by this class itself too. */
    private DeviceState state() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = VfioMigration.STATE.allocate(arena);
            call(Feature.MIG_DEVICE_STATE | Feature.GET, state);
            return DeviceState.of(VfioMigration.STATE_DEVICE_STATE.get(state));
        }
    }

    /**
     * Sends DEVICE_FEATURE, whose payload is laid already.
     *
     * @param sent length of the payload, in bytes
     * @param room how long the answer's may be
     * @return the answer's payload
     */
    private MemorySegment request(int flags, int sent, int room) {
        MemorySegment out = calls.out();
        Wire.put32(out, Wire.ARGSZ, FIXED + Math.max(sent, room));
        Wire.put32(out, Wire.FEATURE_FLAGS, flags);
        int at = calls.call(Command.DEVICE_FEATURE, FIXED + sent);
        int size = calls.size(at) - Wire.FEATURE_DATA;
        if (size < 0 || size > Math.max(sent, room)) {
            throw calls.malformed(Command.DEVICE_FEATURE, size + " bytes of " + room);
        }
        return calls.in().asSlice(at + (long) Wire.FEATURE_DATA, size);
    }

    private static boolean hasOwnMethod(int flags) {
        int index = flags & Feature.INDEX_MASK;
        return index == Feature.DMA_LOGGING_START
                || index == Feature.DMA_LOGGING_STOP
                || index == Feature.DMA_LOGGING_REPORT
                || (index == Feature.MIG_DEVICE_STATE && (flags & Feature.SET) != 0 && (flags & Feature.GET) == 0);
    }

    private static int checked(long size) {
        if (size > MAX_PAYLOAD) {
            throw new VfioException(Errno.E2BIG, "a feature with " + size + " bytes");
        }
        return (int) size;
    }

    /** What the server has of the device's state, or takes. */
    private final class Stream implements MigrationStream {
        private boolean open = true;

        @Override
        public int read(MemorySegment into) {
            requireUsable();
            int size = (int) Math.min(most, into.byteSize());
            Wire.put32(calls.out(), Wire.ARGSZ, DATA_FIXED + size);
            Wire.put32(calls.out(), Wire.MIGRATION_SIZE, size);
            MemorySegment part = size == into.byteSize() ? into : into.asSlice(0, size);
            int at = calls.callInto(Command.MIG_DATA_READ, DATA_FIXED, Wire.MIGRATION_DATA, part);
            int came = calls.size(at) - Wire.MIGRATION_DATA;
            if (came < 0 || came > size || came != Wire.u32(calls.in(), at + Wire.MIGRATION_SIZE)) {
                throw calls.malformed(Command.MIG_DATA_READ, came + " bytes of " + size);
            }
            return came;
        }

        @Override
        public int write(MemorySegment from) {
            requireUsable();
            int size = (int) Math.min(most, from.byteSize());
            Wire.put32(calls.out(), Wire.ARGSZ, DATA_FIXED + size);
            Wire.put32(calls.out(), Wire.MIGRATION_SIZE, size);
            int at = calls.callWith(Command.MIG_DATA_WRITE, DATA_FIXED, from, 0, size);
            calls.requirePayload(Command.MIG_DATA_WRITE, at, 0);
            return size;
        }

        @Override
        public PrecopyInfo precopyInfo() {
            requireUsable();
            requireExtension("how much pre-copy has left");
            int size = (int) VfioMigration.PRECOPY_INFO.size();
            MemorySegment request = calls.out().asSlice(Wire.HEADER, size).fill((byte) 0);
            VfioMigration.PRECOPY_INFO_ARGSZ.set(request, size);
            int at = calls.call(Command.GET_PRECOPY_INFO, size);
            calls.requirePayload(Command.GET_PRECOPY_INFO, at, size);
            MemorySegment answer = calls.in().asSlice(at + (long) Wire.HEADER, size);
            return new PrecopyInfo(
                    VfioMigration.PRECOPY_INFO_INITIAL_BYTES.get(answer),
                    VfioMigration.PRECOPY_INFO_DIRTY_BYTES.get(answer));
        }

        @Override
        public void close() {
            open = false;
        }

        private void requireUsable() {
            if (!open) {
                throw new VfioException(Errno.EBADF, "the stream is closed");
            }
            if (current != this) {
                throw new VfioException(Errno.ENODEV, "the device has left the state that the stream belonged to");
            }
        }
    }
}
