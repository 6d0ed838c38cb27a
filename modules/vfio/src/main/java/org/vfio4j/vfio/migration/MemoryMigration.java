/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Mapping;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioException;

/**
 * What a device that is memory and registers, as a display is, does on the arcs of its migration: before it is stopped its memory goes, then what
 * changed, and with the last of it the registers. It does no DMA, so to stop or to keep still towards its peers takes nothing.
 */
public final class MemoryMigration implements StateMachine.Device {
    /** What such a device answers to GET {@link Feature#MIGRATION}. */
    public static final long FLAGS = Feature.STOP_COPY | Feature.P2P | Feature.PRE_COPY;

    private final MemoryState state;
    private final MemorySegment memory;
    private final Supplier<byte[]> save;
    private final Consumer<byte[]> restore;
    private @Nullable SavingPages saving;
    private @Nullable ResumingPages resuming;

    /**
     * @param state what its streams say they are
     * @param memory the device's own
     * @param save gives the registers in a layout of the device, at most 64 KiB
     * @param restore takes them over, or throws a {@link VfioException} and changes nothing
     */
    public MemoryMigration(MemoryState state, MemorySegment memory, Supplier<byte[]> save, Consumer<byte[]> restore) {
        if (memory.byteSize() != state.memory()) {
            throw new IllegalArgumentException(memory.byteSize() + " bytes of memory for " + state);
        }
        this.state = state;
        this.memory = memory;
        this.save = save;
        this.restore = restore;
    }

    @Override
    public Optional<MigrationStream> go(DeviceState from, DeviceState to) {
        return switch (to) {
            case PRE_COPY, PRE_COPY_P2P -> {
                if (saving != null) {
                    yield Optional.empty();
                }
                Mapping.populate(memory);
                saving = SavingPages.inPreCopy(state, memory);
                yield Optional.of(saving);
            }
            case STOP_COPY -> {
                if (saving != null) {
                    saving.stopCopy(save.get());
                    yield Optional.empty();
                }
                Mapping.populate(memory);
                saving = SavingPages.inStopCopy(state, memory, save.get());
                yield Optional.of(saving);
            }
            case RESUMING -> {
                Mapping.populate(memory);
                resuming = new ResumingPages(state);
                yield Optional.of(resuming);
            }
            case STOP, RUNNING, RUNNING_P2P -> {
                leave();
                yield Optional.empty();
            }
            case ERROR -> throw new VfioException(Errno.EINVAL, "no device is brought to ERROR");
        };
    }

    /** How long the stream would be if the device were stopped now, in bytes, its registers left out. */
    public long size() {
        return saving != null ? saving.remaining() : MemoryState.HEADER_SIZE + state.memory();
    }

    /** The streams end, wherever the device was; nothing is loaded. */
    public void endStreams() {
        if (saving != null) {
            saving.end();
            saving = null;
        }
        if (resuming != null) {
            resuming.end();
            resuming = null;
        }
    }

    /** Out of a state that has a stream. The device takes over what it was given whole or, with an exception, not at all. */
    private void leave() {
        if (resuming != null) {
            restore.accept(resuming.registers());
            resuming.copyTo(memory);
        }
        endStreams();
    }
}
