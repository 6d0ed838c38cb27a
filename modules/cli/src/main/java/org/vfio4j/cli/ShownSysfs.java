/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.vfio4j.fuse.SysfsMount;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.linux.UdevEvents;
import org.vfio4j.management.host.UserHost;
import org.vfio4j.vfio.core.VfioCore;
import org.vfio4j.vfio.tree.Uevent;

/** A host's sysfs, mounted, and its coming and going devices told to those who listen for udev's events; or nothing of it. */
final class ShownSysfs implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ShownSysfs.class.getName());

    private final @Nullable SysfsMount mount;
    private final @Nullable UdevEvents udev;
    private final VfioCore.Subscription subscription;

    private ShownSysfs(UserHost host, @Nullable SysfsMount mount, @Nullable UdevEvents udev) {
        this.mount = mount;
        this.udev = udev;
        this.subscription = udev == null ? () -> {} : host.tree().listen(event -> tell(udev, event));
    }

    /** Shows it in a folder; nothing is done where none is named. */
    static ShownSysfs of(UserHost host, String folder) {
        if (folder.isEmpty()) {
            return new ShownSysfs(host, null, null);
        }
        try {
            SysfsMount mount = SysfsMount.mount(host.tree().root(), Path.of(folder));
            return new ShownSysfs(host, mount, UdevEvents.open(InstantSource.system()));
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
        subscription.close();
        if (mount != null) {
            mount.close();
        }
        if (udev != null) {
            udev.close();
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
