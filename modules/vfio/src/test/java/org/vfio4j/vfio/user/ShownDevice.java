/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.user;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Dmabuf;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.GfxPlane;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.RegionInfo;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.migration.Features;
import org.vfio4j.vfio.migration.ResumingStream;
import org.vfio4j.vfio.migration.SavingStream;
import org.vfio4j.vfio.migration.StateMachine;
import org.vfio4j.vfio.pci.ConfigSpace;
import org.vfio4j.vfio.pci.MemoryRegion;
import org.vfio4j.vfio.pci.PciDevice;
import org.vfio4j.vfio.pci.SharedMemory;

/** A device with what the protocol itself has no word for: a display by dma-buf, and pre-copy. Its state is a page of its memory. */
final class ShownDevice extends PciDevice {
    static final String MEMORY_NAME = "shown device";

    private static final int SIZE = 8192;
    private static final int STATE = 4096;
    private static final int PLANE = 1;

    private final SharedMemory memory;
    private final StateMachine states;
    private final Saved saved;

    private ShownDevice(SharedMemory memory, Saved saved, StateMachine states) {
        super(new Parts(ConfigSpace.of(1, 2).build())
                .region(MemoryRegion.of(RegionInfo.PCI_BAR0, memory))
                .features(Features.builder().migration(states, () -> STATE).build()));
        this.memory = memory;
        this.saved = saved;
        this.states = states;
    }

    static ShownDevice create() {
        SharedMemory memory = SharedMemory.create(MEMORY_NAME, SIZE);
        Saved saved = new Saved(memory.segment().asSlice(0, STATE));
        return new ShownDevice(
                memory, saved, new StateMachine(Feature.STOP_COPY | Feature.P2P | Feature.PRE_COPY, saved));
    }

    @Override
    public GfxPlane queryGfxPlane(int flags) {
        requireOpen();
        if (flags == (GfxPlane.PROBE | GfxPlane.DMABUF)) {
            return GfxPlane.NONE;
        }
        if (flags != GfxPlane.DMABUF) {
            throw new VfioException(Errno.EINVAL, "shown by dma-buf only");
        }
        return GfxPlane.primary(GfxPlane.XRGB8888, 32, 32, 128, STATE, PLANE);
    }

    @Override
    public Dmabuf gfxDmabuf(int id) {
        requireOpen();
        if (id != PLANE) {
            throw new VfioException(Errno.ENOENT, "no plane " + id);
        }
        return new Dmabuf(memory.duplicate(), STATE);
    }

    @Override
    public Optional<MigrationStream> setDeviceState(DeviceState target) {
        requireOpen();
        return states.set(target);
    }

    @Override
    protected void resetDevice() {
        saved.endStreams();
        states.reset();
    }

    /** The page, on its way out and in. */
    private static final class Saved implements StateMachine.Device {
        private static final int EARLY = 16;

        private final MemorySegment state;
        private @Nullable SavingStream saving;
        private @Nullable ResumingStream resuming;

        Saved(MemorySegment state) {
            this.state = state;
        }

        @Override
        public Optional<MigrationStream> go(DeviceState from, DeviceState to) {
            return switch (to) {
                case PRE_COPY, PRE_COPY_P2P ->
                    saving == null ? Optional.of(save(SavingStream.inPreCopy())) : Optional.empty();
                case STOP_COPY -> stopCopy();
                case RESUMING -> {
                    ResumingStream stream = new ResumingStream(STATE, EARLY, header -> {});
                    resuming = stream;
                    yield Optional.of(stream);
                }
                case STOP, RUNNING, RUNNING_P2P -> {
                    if (resuming != null) {
                        state.copyFrom(MemorySegment.ofArray(resuming.complete()));
                    }
                    endStreams();
                    yield Optional.empty();
                }
                case ERROR -> throw new VfioException(Errno.EINVAL, "no device is brought to ERROR");
            };
        }

        private SavingStream save(SavingStream stream) {
            stream.append(new byte[EARLY]);
            saving = stream;
            return stream;
        }

        private Optional<MigrationStream> stopCopy() {
            byte[] all = state.toArray(ValueLayout.JAVA_BYTE);
            if (saving != null) {
                saving.append(all);
                saving.stopCopy();
                return Optional.empty();
            }
            SavingStream stream = save(SavingStream.inStopCopy());
            stream.append(all);
            return Optional.of(stream);
        }

        void endStreams() {
            if (saving != null) {
                saving.end();
                saving = null;
            }
            if (resuming != null) {
                resuming.end();
                resuming = null;
            }
        }
    }
}
