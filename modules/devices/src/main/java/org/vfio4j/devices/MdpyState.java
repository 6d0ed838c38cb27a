/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.SortedMap;
import org.vfio4j.vfio.migration.StateBytes;
import org.vfio4j.vfio.pci.ConfigSpace;

/**
 * What an mdpy is beside its framebuffer.
 *
 * @param config the configuration space's registers that a guest can change
 */
record MdpyState(SortedMap<String, Long> config) {
    static final int VERSION = 1;

    static MdpyState of(ConfigSpace config) {
        return new MdpyState(config.registers().values());
    }

    /** Makes a device's registers these; EINVAL, and nothing changes, if they cannot be. */
    void restore(ConfigSpace into) {
        into.registers().restore(config);
    }

    byte[] bytes() {
        return StateBytes.toWrite().put(config).written();
    }

    /** Reads what {@link #bytes} wrote; EINVAL for what it did not. */
    static MdpyState read(byte[] bytes) {
        StateBytes in = StateBytes.toRead(bytes);
        MdpyState state = new MdpyState(in.registers());
        in.end();
        return state;
    }
}
