/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import static org.vfio4j.linux.uapi.VfioContainer.VFIO_API_VERSION;
import static org.vfio4j.linux.uapi.VfioContainer.VFIO_TYPE1_IOMMU;
import static org.vfio4j.linux.uapi.VfioContainer.VFIO_TYPE1v2_IOMMU;
import static org.vfio4j.linux.uapi.VfioGroup.VFIO_GROUP_FLAGS_VIABLE;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_CHECK_EXTENSION;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_GET_API_VERSION;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_GROUP_GET_DEVICE_FD;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_GROUP_GET_STATUS;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_GROUP_SET_CONTAINER;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_SET_IOMMU;
import static org.vfio4j.vfio.kernel.KernelDevices.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.uapi.VfioGroup;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.OpenException.Step;
import org.vfio4j.vfio.VfioDevice;

/** The older way in: a group of devices joins a container, and the container has an IOMMU; then the group hands out the device. */
final class GroupDevice {
    private GroupDevice() {}

    static VfioDevice open(Path containerNode, Path groupNode, String device) {
        Attachment opened = new Attachment();
        try {
            Fd group = opened.take(step(Step.OPEN, () -> FileIo.open(groupNode.toString(), FileIo.O_RDWR)));
            checkViable(group);
            Fd container = opened.take(step(Step.IOMMU, () -> FileIo.open(containerNode.toString(), FileIo.O_RDWR)));
            join(container, group);
            Fd fd = step(Step.DEVICE, () -> deviceOf(group, device));
            return new KernelDevice(fd, opened, new AddressSpace.Type1(container));
        } catch (Throwable e) {
            opened.close();
            throw e;
        }
    }

    private static void checkViable(Fd group) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = VfioGroup.STATUS.request(arena);
            step(Step.OPEN, () -> VFIO_GROUP_GET_STATUS.call(group, status));
            if ((VfioGroup.STATUS_FLAGS.get(status) & VFIO_GROUP_FLAGS_VIABLE) == 0) {
                throw new OpenException(
                        Step.VIABLE, Errno.EPERM, VFIO_GROUP_GET_STATUS + " " + group.subject() + ", not viable");
            }
        }
    }

    private static void join(Fd container, Fd group) {
        int version = step(Step.IOMMU, () -> VFIO_GET_API_VERSION.call(container));
        if (version != VFIO_API_VERSION) {
            throw new OpenException(Step.IOMMU, Errno.EPROTO, VFIO_GET_API_VERSION + " answered " + version);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, container.number());
            step(Step.IOMMU, () -> VFIO_GROUP_SET_CONTAINER.call(group, number));
        }
        for (int type : new int[] {VFIO_TYPE1v2_IOMMU, VFIO_TYPE1_IOMMU}) {
            if (step(Step.IOMMU, () -> VFIO_CHECK_EXTENSION.call(container, type)) > 0) {
                step(Step.IOMMU, () -> VFIO_SET_IOMMU.call(container, type));
                return;
            }
        }
        throw new OpenException(
                Step.IOMMU, Errno.ENODEV, VFIO_CHECK_EXTENSION + " " + container.subject() + ", no type1 IOMMU");
    }

    private static Fd deviceOf(Fd group, String device) {
        try (Arena arena = Arena.ofConfined()) {
            int fd = VFIO_GROUP_GET_DEVICE_FD.call(group, arena.allocateFrom(device));
            return Fd.take(fd, device);
        }
    }
}
