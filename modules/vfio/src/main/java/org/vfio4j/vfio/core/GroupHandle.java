/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.lang.foreign.MemorySegment;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * An open group. Opened for queries only it can be had beside the one who has the group open, and changes nothing; then what is no query is
 * EACCES. Every call after {@link #close} is EBADF. Safe for use by many threads.
 */
public final class GroupHandle implements AutoCloseable {
    private final VfioCore core;
    private final Group group;
    private final Credentials user;
    private final OpenMode mode;
    private boolean open = true;

    /**
     * @param mode READ_ONLY for queries only
     */
    GroupHandle(VfioCore core, Group group, Credentials user, OpenMode mode) {
        this.core = core;
        this.group = group;
        this.user = user;
        this.mode = mode;
    }

    /** What VFIO_GROUP_GET_STATUS answers. */
    public record Status(boolean viable, boolean containerSet) {}

    /** VFIO_GROUP_GET_STATUS. */
    public Status status() {
        synchronized (core.lock()) {
            requireOpen();
            return new Status(group.isViable(), group.inContainer());
        }
    }

    /** VFIO_GROUP_SET_CONTAINER: EINVAL if it is in one, EPERM if it is not viable. */
    public void setContainer(Container container) {
        synchronized (core.lock()) {
            requireWritable("VFIO_GROUP_SET_CONTAINER");
            group.join(container);
        }
    }

    /** VFIO_GROUP_UNSET_CONTAINER: EINVAL if it is in none, EBUSY while a device of it is open. */
    public void unsetContainer() {
        synchronized (core.lock()) {
            requireWritable("VFIO_GROUP_UNSET_CONTAINER");
            group.leave();
        }
    }

    /** KVM_DEV_VFIO_GROUP_ADD: the devices opened from now on know their virtual machine. It is forgotten when the group is closed. */
    public void setKvm(Kvm kvm) {
        synchronized (core.lock()) {
            requireWritable("KVM_DEV_VFIO_GROUP_ADD");
            group.setKvm(kvm);
        }
    }

    /** VFIO_GROUP_GET_DEVICE_FD, for everything. */
    public OpenDevice device(String name) {
        return device(name, OpenMode.READ_WRITE);
    }

    /**
     * VFIO_GROUP_GET_DEVICE_FD. The device keeps the group, and its container, after this handle is closed.
     *
     * @throws org.vfio4j.linux.ErrnoException EINVAL without a container that has an IOMMU; ENODEV if no device is called so; else what the
     *     vendor's driver answers
     */
    public OpenDevice device(String name, OpenMode wanted) {
        CoreDevice device;
        OpenContext context;
        synchronized (core.lock()) {
            requireWritable("VFIO_GROUP_GET_DEVICE_FD");
            if (!group.hasIommu()) {
                throw new VfioException(Errno.EINVAL, group.node() + " is in no container with an IOMMU");
            }
            device = group.device(name);
            context = new OpenContext(user, wanted, group.kvm());
            group.deviceOpened();
        }
        try {
            return device.open(context);
        } catch (Throwable e) {
            core.deviceClosed(group);
            throw e;
        }
    }

    /**
     * Asks about a device without opening it: an ioctl of the device, nested in one of the group. It is answered from what the device said at
     * its registration, so it cannot disturb whoever has it open, nor wait for him.
     *
     * @throws VfioException EPERM for any but the {@link Query} kinds; ENODEV if no device is called so; EOPNOTSUPP if its driver answers only
     *     for an open device; else what the device answers
     */
    public <A> A query(String device, Query<A> query) {
        return find(device).facts().answer(device, query);
    }

    /** The same for an ioctl's number with its index or flags. */
    public Object query(String device, int command, int argument) {
        return query(device, Query.of(command, argument));
    }

    /** VFIO_DEVICE_PROBE_FEATURES of a device of the group, which the core knows without opening it. */
    public void probeFeatures(String device, MemorySegment argument) {
        find(device).features().answer(argument);
    }

    /** The group is free again once the devices opened through it are closed too. */
    @Override
    public void close() {
        synchronized (core.lock()) {
            if (open && mode == OpenMode.READ_WRITE) {
                group.close();
                core.dropIfUnused(group);
            }
            open = false;
        }
    }

    private CoreDevice find(String device) {
        synchronized (core.lock()) {
            requireOpen();
            return group.device(device);
        }
    }

    private void requireOpen() {
        if (!open) {
            throw new VfioException(Errno.EBADF, group.node() + " is closed");
        }
    }

    private void requireWritable(String call) {
        requireOpen();
        if (mode == OpenMode.READ_ONLY) {
            throw new VfioException(Errno.EACCES, call + " on " + group.node() + " opened for queries");
        }
    }
}
