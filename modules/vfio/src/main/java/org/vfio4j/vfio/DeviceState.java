/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.uapi.VfioMigration;

/** {@code enum vfio_device_mig_state}, in its numbers' order. */
public enum DeviceState {
    ERROR(VfioMigration.VFIO_DEVICE_STATE_ERROR),
    STOP(VfioMigration.VFIO_DEVICE_STATE_STOP),
    RUNNING(VfioMigration.VFIO_DEVICE_STATE_RUNNING),
    STOP_COPY(VfioMigration.VFIO_DEVICE_STATE_STOP_COPY),
    RESUMING(VfioMigration.VFIO_DEVICE_STATE_RESUMING),
    RUNNING_P2P(VfioMigration.VFIO_DEVICE_STATE_RUNNING_P2P),
    PRE_COPY(VfioMigration.VFIO_DEVICE_STATE_PRE_COPY),
    PRE_COPY_P2P(VfioMigration.VFIO_DEVICE_STATE_PRE_COPY_P2P);

    private final int number;

    DeviceState(int number) {
        this.number = number;
    }

    /** The kernel's number of the state. */
    public int number() {
        return number;
    }

    /** The state of that number. */
    public static DeviceState of(int number) {
        for (DeviceState state : values()) {
            if (state.number == number) {
                return state;
            }
        }
        throw new VfioException(Errno.EINVAL, "there is no device state " + number);
    }
}
