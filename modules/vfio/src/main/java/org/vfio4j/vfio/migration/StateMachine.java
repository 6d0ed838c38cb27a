/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.migration;

import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.DeviceState;
import org.vfio4j.vfio.Feature;
import org.vfio4j.vfio.MigrationStream;

/** A device's migration state and the walk from one to another, arc by arc, through the device's own hands. */
public final class StateMachine {

    /** What a device does on an arc. */
    @FunctionalInterface
    public interface Device {
        /**
         * Goes from a state to a neighbouring one.
         *
         * @return the stream that the new state opens; empty where it opens none or goes on with the one of the state before
         * @throws ErrnoException if the device could not go: it is as it was before this arc; EIO if it is neither here nor there, which
         *     puts it into ERROR
         */
        Optional<MigrationStream> go(DeviceState from, DeviceState to);
    }

    private final long flags;
    private final Arcs arcs;
    private final Device device;
    private DeviceState state = DeviceState.RUNNING;

    /**
     * A running device.
     *
     * @param flags {@link Feature#STOP_COPY} and whichever of {@link Feature#P2P} and {@link Feature#PRE_COPY} it has
     */
    public StateMachine(long flags, Device device) {
        this.flags = flags;
        this.arcs = Arcs.of(flags);
        this.device = device;
    }

    /** What GET {@link Feature#MIGRATION} answers. */
    public long flags() {
        return flags;
    }

    /** Where the device is now. */
    public DeviceState state() {
        return state;
    }

    /**
     * Goes to {@code target}. If an arc fails the device stays where the arcs before it led.
     *
     * @return the stream that the way opened
     */
    public Optional<MigrationStream> set(DeviceState target) {
        Optional<MigrationStream> stream = Optional.empty();
        for (DeviceState next : arcs.path(state, target)) {
            stream = go(next);
        }
        return stream;
    }

    /** Back to RUNNING, from any state; the device ends its streams. */
    public void reset() {
        state = DeviceState.RUNNING;
    }

    private Optional<MigrationStream> go(DeviceState next) {
        try {
            Optional<MigrationStream> stream = device.go(state, next);
            state = next;
            return stream;
        } catch (ErrnoException e) {
            if (e.errno() == Errno.EIO) {
                state = DeviceState.ERROR;
            }
            throw e;
        }
    }
}
