/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import org.vfio4j.vfio.VfioDevice;

/** A device descriptor of the core. Every call after {@link #close} is EBADF; several threads may use it, one waits for the other. */
public interface OpenDevice extends VfioDevice {
    /** The device's name. */
    String name();

    /** What the user may do with it. */
    OpenMode mode();

    /** VFIO_DEVICE_PROBE_FEATURES, which the core answers: {@link DeviceFeatures#answer}. */
    void probeFeatures(MemorySegment argument);
}
