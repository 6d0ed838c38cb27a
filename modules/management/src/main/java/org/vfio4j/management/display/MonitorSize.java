/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.display;

import java.util.HexFormat;
import java.util.Optional;
import org.vfio4j.linux.Errno;
import org.vfio4j.management.host.RefusedException;
import org.vfio4j.management.plan.Resolution;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Edid;
import org.vfio4j.vfio.display.Monitor;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The size that a device's monitor wants: shown, and set. For one thread, as the device. */
public final class MonitorSize {
    private final Monitor monitor;

    private MonitorSize(Monitor monitor) {
        this.monitor = monitor;
    }

    /**
     * The monitor of a device.
     *
     * @throws RefusedException ENODEV if it has none to set
     */
    public static MonitorSize of(VfioDevice device) {
        return new MonitorSize(Monitor.of(device)
                .orElseThrow(() -> new RefusedException(
                        Errno.ENODEV,
                        "the device has no EDID: the size of its picture cannot be asked for",
                        "Its type decides the size; vfio display shows it.")));
    }

    /** What the device says of it. */
    public Monitor.State state() {
        return monitor.state();
    }

    /** Its EDID; no bytes if there is none. */
    public byte[] edid() {
        return monitor.edid();
    }

    /** What its EDID prefers, if that is known. */
    public static Optional<String> preferred(byte[] edid) {
        return Edid.preferred(edid).map(Edid.Size::toString);
    }

    /**
     * Connects a monitor of another size, at which the guest's driver looks again.
     *
     * @throws RefusedException E2BIG if neither the device nor an EDID has such a size
     */
    public void set(Resolution size) {
        Monitor.State state = monitor.state();
        if (!state.takes(size.width(), size.height())) {
            throw new RefusedException(
                    Errno.E2BIG,
                    "the device cannot show " + size + ": it shows " + Edid.MIN + "x" + Edid.MIN + " to "
                            + limit(state),
                    "Ask for a smaller size, or take a larger type (vfio types).");
        }
        monitor.connect(Edid.of(size.width(), size.height()));
    }

    /** The largest size. */
    public static String limit(Monitor.State state) {
        return (state.maxWidth() == 0 ? Edid.MAX : state.maxWidth())
                + "x"
                + (state.maxHeight() == 0 ? Edid.MAX : state.maxHeight());
    }

    /** As {@code vfio edid -o json} has it. */
    public ObjectNode json() {
        Monitor.State state = monitor.state();
        byte[] edid = monitor.edid();
        return JsonNodeFactory.instance
                .objectNode()
                .put("schema", 1)
                .put("preferred", preferred(edid).orElse(null))
                .put("link", state.connected() ? "up" : "down")
                .put("max_width", state.maxWidth())
                .put("max_height", state.maxHeight())
                .put("edid", HexFormat.of().formatHex(edid));
    }
}
