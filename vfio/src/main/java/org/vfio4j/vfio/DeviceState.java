/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.Errno;

/** {@code enum vfio_device_mig_state}, in its numbers' order. */
public enum DeviceState {
    ERROR(0),
    STOP(1),
    RUNNING(2),
    STOP_COPY(3),
    RESUMING(4),
    RUNNING_P2P(5),
    PRE_COPY(6),
    PRE_COPY_P2P(7);

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
