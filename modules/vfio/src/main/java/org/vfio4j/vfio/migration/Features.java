/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.uapi.VfioMigration;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.VfioException;

/**
 * The features of a device model behind VFIO_DEVICE_FEATURE, with the checks the kernel's VFIO core makes for its drivers: unknown flag bits,
 * GET together with SET, an operation the feature has not, and a payload that is too short are EINVAL; an unknown feature is ENOTTY.
 */
public final class Features {
    private static final int KNOWN_FLAGS = Feature.INDEX_MASK | Feature.GET | Feature.SET | Feature.PROBE;

    /** An operation of a feature: how long its payload is at least, in bytes, and what happens with it. */
    private record Operation(long size, Consumer<MemorySegment> action) {}

    /** A feature: what it does on GET and on SET, null where it does not do that. */
    private record Entry(@Nullable Operation get, @Nullable Operation set) {}

    private final Map<Integer, Entry> entries;

    private Features(Map<Integer, Entry> entries) {
        this.entries = Map.copyOf(entries);
    }

    /** No features. */
    public static Features none() {
        return new Builder().build();
    }

    /** Those of a device that migrates and logs its DMA. */
    public static Features ofMigration(StateMachine states, LongSupplier stopCopyLength) {
        return new Builder().migration(states, stopCopyLength).dmaLogging().build();
    }

    /** Starts without features. */
    public static Builder builder() {
        return new Builder();
    }

    /** {@link org.vfio4j.vfio.VfioDevice#feature}. */
    public void handle(int flags, MemorySegment data) {
        boolean probe = (flags & Feature.PROBE) != 0;
        boolean get = (flags & Feature.GET) != 0;
        boolean set = (flags & Feature.SET) != 0;
        if ((flags & ~KNOWN_FLAGS) != 0 || (get && set && !probe)) {
            throw new VfioException(Errno.EINVAL, "feature flags 0x" + Integer.toHexString(flags) + " make no sense");
        }
        int index = flags & Feature.INDEX_MASK;
        Entry entry = entries.get(index);
        if (entry == null) {
            throw new VfioException(Errno.ENOTTY, "the device does not have feature " + index);
        }
        if ((get && entry.get() == null) || (set && entry.set() == null)) {
            throw new VfioException(Errno.EINVAL, "feature " + index + " cannot be " + (set ? "set" : "got"));
        }
        if (!probe) {
            perform(index, get ? entry.get() : set ? entry.set() : null, data);
        }
    }

    /** Whether the device has a feature. */
    public boolean has(int index) {
        return entries.containsKey(index);
    }

    private static void perform(int index, @Nullable Operation operation, MemorySegment data) {
        if (operation == null) {
            throw new VfioException(Errno.EINVAL, "feature " + index + " is neither probed, got nor set");
        }
        if (data.byteSize() < operation.size()) {
            throw new VfioException(
                    Errno.EINVAL, "feature " + index + " needs " + operation.size() + " bytes, not " + data.byteSize());
        }
        operation.action().accept(data);
    }

    /** Collects a device's features. */
    public static final class Builder {
        private final Map<Integer, Entry> entries = new HashMap<>();

        private Builder() {}

        /**
         * A feature that can be got.
         *
         * @param size of its payload, in bytes
         * @param answer fills the payload in
         */
        public Builder get(int feature, long size, Consumer<MemorySegment> answer) {
            entries.merge(
                    feature,
                    new Entry(new Operation(size, answer), null),
                    (old, added) -> new Entry(added.get(), old.set()));
            return this;
        }

        /**
         * A feature that can be set.
         *
         * @param size of its payload, in bytes
         * @param action takes the payload
         */
        public Builder set(int feature, long size, Consumer<MemorySegment> action) {
            entries.merge(
                    feature,
                    new Entry(null, new Operation(size, action)),
                    (old, added) -> new Entry(old.get(), added.set()));
            return this;
        }

        /**
         * The features of a device that migrates: MIGRATION, MIG_DEVICE_STATE (set through {@link
         * org.vfio4j.vfio.VfioDevice#setDeviceState}) and MIG_DATA_SIZE.
         *
         * @param stopCopyLength how long the stop-copy stream will be, in bytes
         */
        public Builder migration(StateMachine states, LongSupplier stopCopyLength) {
            return get(
                            Feature.MIGRATION,
                            VfioMigration.MIGRATION.size(),
                            data -> VfioMigration.MIGRATION_FLAGS.set(data, states.flags()))
                    .get(
                            Feature.MIG_DATA_SIZE,
                            VfioMigration.DATA_SIZE.size(),
                            data -> VfioMigration.DATA_SIZE_STOP_COPY_LENGTH.set(data, stopCopyLength.getAsLong()))
                    .get(Feature.MIG_DEVICE_STATE, VfioMigration.STATE.size(), data -> {
                        VfioMigration.STATE_DEVICE_STATE.set(
                                data, states.state().number());
                        VfioMigration.STATE_DATA_FD.set(data, -1);
                    })
                    .set(Feature.MIG_DEVICE_STATE, VfioMigration.STATE.size(), data -> {
                        throw new VfioException(
                                Errno.EINVAL, "the state is set by setDeviceState, which has the stream");
                    });
        }

        /** DMA logging: it can be asked for here, and is done through the device's own methods. */
        public Builder dmaLogging() {
            Consumer<MemorySegment> refuse = data -> {
                throw new VfioException(
                        Errno.EINVAL, "DMA is logged through the device's own methods, which have ranges and bitmap");
            };
            return set(Feature.DMA_LOGGING_START, 0, refuse)
                    .set(Feature.DMA_LOGGING_STOP, 0, refuse)
                    .get(Feature.DMA_LOGGING_REPORT, 0, refuse);
        }

        public Features build() {
            return new Features(entries);
        }
    }
}
