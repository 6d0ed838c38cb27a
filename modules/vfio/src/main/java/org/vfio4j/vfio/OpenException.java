/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio;

import org.vfio4j.linux.Errno;
import org.vfio4j.linux.ErrnoException;

/** A device that could not be opened: at which step, with which error number, and what was called. */
public final class OpenException extends ErrnoException {
    private static final long serialVersionUID = 1L;

    private final Step step;
    private final String evidence;

    /** The steps of opening a device, in their order. */
    public enum Step {
        /** There is no node to open: the device has neither a group nor a cdev, or this host has no {@code /dev/vfio}. */
        NODE,
        /** Opening the group's node, or the device's own. */
        OPEN,
        /** The group is not viable: some device in it is bound to a driver outside VFIO. */
        VIABLE,
        /** Making the container, or {@code /dev/iommu}, ready and joining it. */
        IOMMU,
        /** The vendor driver's own open: VFIO_GROUP_GET_DEVICE_FD, or VFIO_DEVICE_BIND_IOMMUFD. */
        DEVICE
    }

    /**
     * @param evidence the call and what it was made on, such as {@code open /dev/vfio/4}
     */
    public OpenException(Step step, int errno, String evidence) {
        super(errno, evidence + ": " + Errno.name(errno) + " (" + Errno.text(errno) + ")");
        this.step = step;
        this.evidence = evidence;
    }

    public Step step() {
        return step;
    }

    /** The call and what it was made on, without the error number. */
    public String evidence() {
        return evidence;
    }
}
