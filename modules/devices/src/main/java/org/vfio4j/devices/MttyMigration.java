/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.MigrationStream;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.migration.ResumingStream;
import org.vfio4j.vfio.migration.SavingStream;
import org.vfio4j.vfio.migration.StateMachine;

/**
 * What an mtty does on the arcs of its migration. It does no DMA, so to stop or to keep still towards its peers takes nothing; before it is
 * stopped only the stream's header is known.
 */
final class MttyMigration implements StateMachine.Device {
    static final long FLAGS = Feature.STOP_COPY | Feature.P2P | Feature.PRE_COPY;

    private final List<Uart> ports;
    private final Runnable continued;
    private @Nullable SavingStream saving;
    private @Nullable ResumingStream resuming;

    /**
     * @param ports of the device, all of them
     * @param continued runs when the device runs again after it was stopped
     */
    MttyMigration(List<Uart> ports, Runnable continued) {
        this.ports = List.copyOf(ports);
        this.continued = continued;
    }

    @Override
    public Optional<MigrationStream> go(DeviceState from, DeviceState to) {
        return switch (to) {
            case PRE_COPY, PRE_COPY_P2P ->
                saving == null ? Optional.of(save(SavingStream.inPreCopy())) : Optional.empty();
            case STOP_COPY -> stopCopy();
            case RESUMING -> Optional.of(resume());
            case STOP, RUNNING_P2P -> {
                leave();
                yield Optional.empty();
            }
            case RUNNING -> {
                leave();
                if (from != DeviceState.PRE_COPY) {
                    continued.run();
                }
                yield Optional.empty();
            }
            case ERROR -> throw new VfioException(Errno.EINVAL, "no device is brought to ERROR");
        };
    }

    /** How long the whole stream is, in bytes. */
    long size() {
        return MttyState.size(ports.size());
    }

    /** The streams end, wherever the device was; nothing is loaded. */
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

    private SavingStream save(SavingStream stream) {
        stream.append(MttyState.header(ports.size()));
        saving = stream;
        return stream;
    }

    /** The rest into the stream of pre-copy, or all of it into one of its own. */
    private Optional<MigrationStream> stopCopy() {
        byte[] body = new MttyState(ports.stream().map(Uart::save).toList()).body();
        if (saving != null) {
            saving.append(body);
            saving.stopCopy();
            return Optional.empty();
        }
        SavingStream stream = save(SavingStream.inStopCopy());
        stream.append(body);
        return Optional.of(stream);
    }

    private ResumingStream resume() {
        int count = ports.size();
        ResumingStream stream = new ResumingStream(
                MttyState.size(count), MttyState.HEADER_SIZE, header -> MttyState.checkHeader(header, count));
        resuming = stream;
        return stream;
    }

    /** Out of a state that has a stream. The device takes over what it was given whole or, with an exception, not at all. */
    private void leave() {
        if (resuming != null) {
            List<UartState> loaded =
                    MttyState.read(resuming.complete(), ports.size()).ports();
            for (int i = 0; i < loaded.size(); i++) {
                ports.get(i).restore(loaded.get(i));
            }
        }
        endStreams();
    }
}
