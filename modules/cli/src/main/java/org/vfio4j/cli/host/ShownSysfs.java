/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.host;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vfio4j.cli.common.CommandException;
import org.vfio4j.cli.common.ExitCode;
import org.vfio4j.fuse.SysfsMount;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.UdevEvents;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.core.CoreListener;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.tree.Uevent;

/** A host's sysfs, mounted, and its coming and going devices told to those who listen for udev's events; or nothing of it. */
final class ShownSysfs implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ShownSysfs.class.getName());

    private final @Nullable SysfsMount mount;
    private final @Nullable UdevEvents udev;
    private final List<VfioCore.Subscription> subscriptions;

    private ShownSysfs(
            @Nullable SysfsMount mount, @Nullable UdevEvents udev, List<VfioCore.Subscription> subscriptions) {
        this.mount = mount;
        this.udev = udev;
        this.subscriptions = subscriptions;
    }

    /** Shows it in a folder; nothing is done where none is named. */
    static ShownSysfs of(UserHost host, String folder) {
        if (folder.isEmpty()) {
            return new ShownSysfs(null, null, List.of());
        }
        try {
            SysfsMount mount = SysfsMount.mount(host.tree().root(), Path.of(folder), SysfsMount.Changes.AWAITED);
            UdevEvents udev = UdevEvents.open(InstantSource.system());
            // In this order: who hears of a device's end finds it gone.
            return new ShownSysfs(
                    mount,
                    udev,
                    List.of(
                            host.core().listen(new Forgetting(mount)),
                            host.tree().listen(event -> tell(udev, event))));
        } catch (InvalidPathException e) {
            throw new CommandException(ExitCode.USAGE, "no folder can be called " + folder, "");
        }
    }

    /** Where it is mounted; null if it is not. */
    @Nullable
    Path pathOrNull() {
        return mount == null ? null : mount.path();
    }

    @Override
    public void close() {
        subscriptions.forEach(VfioCore.Subscription::close);
        if (mount != null) {
            mount.close();
        }
        if (udev != null) {
            udev.close();
        }
    }

    /** Holds a removal up until the mount no longer shows what was removed. */
    private record Forgetting(SysfsMount mount) implements CoreListener {
        @Override
        public void added(CoreDevice device) {
            // what is new is found at once
        }

        @Override
        public void removed(CoreDevice device) {
            mount.awaitForgotten();
        }
    }

    /** libudev believes root only, so another user's listeners look for themselves. */
    private static void tell(UdevEvents udev, Uevent event) {
        try {
            udev.send(event.action(), event.devpath(), event.subsystem(), event.properties());
        } catch (ErrnoException e) {
            LOG.log(System.Logger.Level.DEBUG, "no udev event", e);
        }
    }
}
