/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;
import org.vfio4j.vfio.core.CoreDevice;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevDevice;
import org.vfio4j.vfio.mdev.MdevParent;
import org.vfio4j.vfio.mdev.MdevType;

/** Makes mediated devices, and says of one that cannot be made what stands in the way. */
final class Starting {
    private static final int NAMED = 8;

    private final MdevCore mdev;

    Starting(MdevCore mdev) {
        this.mdev = mdev;
    }

    HostDevice start(String parent, String type, UUID uuid, Function<CoreDevice, HostDevice> shown) {
        MdevParent at = mdev.parent(parent)
                .orElseThrow(() -> new RefusedException(
                        Errno.ENODEV,
                        "there is no parent " + parent,
                        "There are: "
                                + mdev.parents().stream().map(MdevParent::name).collect(joining(", ")) + "."));
        MdevType of = at.type(type)
                .orElseThrow(() -> new RefusedException(
                        Errno.ENODEV,
                        "parent " + parent + " has no type " + type,
                        "It has: " + at.types().stream().map(MdevType::id).collect(joining(", ")) + "."));
        try {
            return shown.apply(mdev.create(at, of, uuid).core());
        } catch (ErrnoException e) {
            throw explained(at, of, uuid, e);
        }
    }

    static RefusedException notStopped(UUID uuid, Duration bound, ErrnoException e) {
        return switch (e.errno()) {
            case Errno.ENODEV ->
                new RefusedException(
                        e.errno(), "there is no active device " + uuid, "vfio list --host user shows what is active.");
            case Errno.EBUSY ->
                new RefusedException(
                        e.errno(),
                        uuid + " is in use, and still was after " + bound.toSeconds() + " s",
                        "Stop its user (the virtual machine), then stop the device.");
            default -> new RefusedException(e.errno(), uuid + " was not stopped in order: " + e.getMessage(), "");
        };
    }

    private RefusedException explained(MdevParent parent, MdevType type, UUID uuid, ErrnoException e) {
        return switch (e.errno()) {
            case Errno.EEXIST ->
                new RefusedException(
                        e.errno(),
                        "there is a device " + uuid + " already"
                                + mdev.device(uuid.toString())
                                        .map(d -> ", a " + d.type().id() + " of "
                                                + d.parent().name())
                                        .orElse(""),
                        "Take another UUID, or stop that device first.");
            case Errno.ENOSPC, Errno.EUSERS -> exhausted(parent, type, e);
            default ->
                new RefusedException(
                        e.errno(),
                        "the driver of " + parent.name() + " refused to make a " + type.id() + ": " + e.getMessage(),
                        "");
        };
    }

    private RefusedException exhausted(MdevParent parent, MdevType type, ErrnoException e) {
        List<MdevDevice> holders = mdev.devices(parent);
        String what = "no " + type.id() + " can be made: the capacity of " + parent.name() + " left for it is 0 ("
                + e.errnoName() + ")";
        if (holders.isEmpty()) {
            return new RefusedException(e.errno(), what + ", and none of its devices holds any", "");
        }
        return new RefusedException(
                e.errno(),
                what + "; these devices hold it: "
                        + holders.stream()
                                .limit(NAMED)
                                .map(d -> d.uuid() + " (" + d.type().id()
                                        + (d.core().openCount() > 0 ? ", in use" : "") + ")")
                                .collect(joining(", "))
                        + (holders.size() > NAMED ? " and " + (holders.size() - NAMED) + " more" : ""),
                "All types of a parent share its capacity: stop a device of it that is not needed (vfio stop UUID).");
    }
}
