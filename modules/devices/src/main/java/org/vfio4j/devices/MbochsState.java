/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.nio.ByteBuffer;
import java.util.SortedMap;
import org.vfio4j.vfio.migration.StateBytes;
import org.vfio4j.vfio.pci.RegisterSet;

/**
 * What an mbochs is beside its video memory.
 *
 * @param config the configuration space's registers that a guest can change
 * @param display the same of BAR 2
 * @param monitor the EDID region's registers that the device's user can change
 * @param edid the EDID region's blob
 */
record MbochsState(
        SortedMap<String, Long> config,
        SortedMap<String, Long> display,
        SortedMap<String, Long> monitor,
        ByteBuffer edid) {
    static final int VERSION = 1;

    static MbochsState of(RegisterSet config, RegisterSet display, Edid edid) {
        return new MbochsState(
                config.values(),
                display.values(),
                edid.registers().values(),
                ByteBuffer.wrap(edid.blob().clone()).asReadOnlyBuffer());
    }

    /** Makes a device's registers and monitor these; EINVAL, and nothing changes, if they cannot be. */
    void restore(RegisterSet intoConfig, RegisterSet intoDisplay, Edid intoEdid) {
        intoConfig.check(config);
        intoDisplay.check(display);
        intoEdid.registers().restore(monitor);
        intoConfig.restore(config);
        intoDisplay.restore(display);
        edid.duplicate().get(intoEdid.blob());
    }

    byte[] bytes() {
        return StateBytes.toWrite()
                .put(config)
                .put(display)
                .put(monitor)
                .put(edid)
                .written();
    }

    /** Reads what {@link #bytes} wrote; EINVAL for what it did not. */
    static MbochsState read(byte[] bytes) {
        StateBytes in = StateBytes.toRead(bytes);
        MbochsState state = new MbochsState(in.registers(), in.registers(), in.registers(), in.blob(Edid.BLOB_SIZE));
        in.end();
        return state;
    }
}
