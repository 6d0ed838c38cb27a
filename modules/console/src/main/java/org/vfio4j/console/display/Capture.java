/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.console.display;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.display.Damage;
import org.vfio4j.vfio.display.DisplayException;
import org.vfio4j.vfio.display.Edid;
import org.vfio4j.vfio.display.Frame;
import org.vfio4j.vfio.display.Monitor;
import org.vfio4j.vfio.display.Picture;
import org.vfio4j.vfio.display.Scanout;
import org.vfio4j.vfio.display.Scroll;
import org.vfio4j.vfio.display.Tiles;

/** The hold on a device while somebody looks at it, and the copy of what it shows. For one thread. */
final class Capture implements AutoCloseable {
    private final DisplaySource source;
    private final Damage damage = new Damage();
    private final Scroll scroll = new Scroll();
    private @Nullable VfioDevice device;
    private @Nullable Scanout scanout;
    private @Nullable Frame frame;
    private String reason = "";

    /** What a look found. */
    enum Seen {
        /** The picture of the last look. */
        SAME,
        /** Some of it changed, which {@link #keep} copies. */
        CHANGED,
        /** Another picture. */
        REPLACED,
        /** None, for a {@link #reason}. */
        NOTHING
    }

    Capture(DisplaySource source) {
        this.source = source;
    }

    /** Looks at the device, which is opened if it is not. */
    Seen look() {
        try {
            Optional<Frame> shown = scanout().look();
            if (shown.isEmpty()) {
                return nothing("the guest shows nothing");
            }
            frame = shown.get();
            if (!damage.isLike(frame)) {
                damage.replace(frame);
                return Seen.REPLACED;
            }
            if (!damage.compare(frame)) {
                return Seen.SAME;
            }
            scroll.find(frame, picture().frame(), damage.changed());
            return Seen.CHANGED;
        } catch (DisplayException e) {
            return nothing(e.reason());
        } catch (ErrnoException e) {
            release();
            return nothing(e.errno() == Errno.ENODEV ? "no machine uses the device" : String.valueOf(e.getMessage()));
        }
    }

    /** Copies what the last look found to have changed. */
    void keep() {
        damage.keep(Objects.requireNonNull(frame));
    }

    /** The last look's picture. */
    Picture picture() {
        return Objects.requireNonNull(damage.picture());
    }

    /** Its tiles that had changed. */
    Tiles changed() {
        return damage.changed();
    }

    /** Lines of it that had only moved. */
    Scroll scroll() {
        return scroll;
    }

    /** Why there is no picture. */
    String reason() {
        return reason;
    }

    /** Whether the device is open, and only its picture is missing. */
    boolean isOpen() {
        return device != null;
    }

    /** Connects a monitor of that size. */
    Resize resize(int width, int height) {
        try {
            scanout();
            Monitor monitor = Monitor.of(Objects.requireNonNull(device)).orElse(null);
            if (monitor == null) {
                return Resize.FIXED;
            }
            if (!monitor.state().takes(width, height)) {
                return Resize.TOO_LARGE;
            }
            monitor.connect(Edid.of(width, height));
            return Resize.ASKED;
        } catch (ErrnoException e) {
            return e.errno() == Errno.E2BIG ? Resize.TOO_LARGE : Resize.FAILED;
        }
    }

    @Override
    public void close() {
        release();
        damage.close();
    }

    private Scanout scanout() {
        Scanout open = scanout;
        if (open != null) {
            return open;
        }
        if (device == null) {
            device = source.open();
        }
        open = Scanout.of(device);
        scanout = open;
        return open;
    }

    private Seen nothing(String why) {
        reason = why;
        frame = null;
        damage.clear();
        return Seen.NOTHING;
    }

    private void release() {
        if (scanout != null) {
            scanout.close();
            scanout = null;
        }
        if (device != null) {
            device.close();
            device = null;
        }
    }
}
