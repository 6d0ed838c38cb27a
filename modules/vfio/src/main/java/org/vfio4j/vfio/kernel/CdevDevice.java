/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import static org.vfio4j.linux.uapi.Iommufd.IOMMU_IOAS_ALLOC;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_ATTACH_IOMMUFD_PT;
import static org.vfio4j.linux.uapi.VfioIoctl.VFIO_DEVICE_BIND_IOMMUFD;
import static org.vfio4j.vfio.kernel.KernelDevices.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import org.vfio4j.linux.Fd;
import org.vfio4j.linux.FileIo;
import org.vfio4j.linux.uapi.Iommufd;
import org.vfio4j.linux.uapi.VfioCdev;
import org.vfio4j.vfio.OpenException.Step;
import org.vfio4j.vfio.VfioDevice;

/** The newer way in: the device's own node is bound to an iommufd and attached to an I/O address space of it. */
final class CdevDevice {
    private CdevDevice() {}

    static VfioDevice open(Path iommuNode, Path deviceNode) {
        Attachment opened = new Attachment();
        Fd device = null;
        try {
            Fd iommu = opened.take(step(Step.IOMMU, () -> FileIo.open(iommuNode.toString(), FileIo.O_RDWR)));
            Fd fd = step(Step.OPEN, () -> FileIo.open(deviceNode.toString(), FileIo.O_RDWR));
            device = fd;
            return new KernelDevice(fd, opened, bind(fd, iommu));
        } catch (Throwable e) {
            if (device != null) {
                device.close();
            }
            opened.close();
            throw e;
        }
    }

    private static AddressSpace bind(Fd device, Fd iommu) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bind = VfioCdev.BIND.request(arena);
            VfioCdev.BIND_IOMMUFD.set(bind, iommu.number());
            step(Step.DEVICE, () -> VFIO_DEVICE_BIND_IOMMUFD.call(device, bind));
            MemorySegment space = Iommufd.IOAS_ALLOC.allocate(arena);
            Iommufd.IOAS_ALLOC_SIZE.set(space, (int) Iommufd.IOAS_ALLOC.size());
            step(Step.IOMMU, () -> IOMMU_IOAS_ALLOC.call(iommu, space));
            MemorySegment attach = VfioCdev.ATTACH.request(arena);
            int id = Iommufd.IOAS_ALLOC_OUT_IOAS_ID.get(space);
            VfioCdev.ATTACH_PT_ID.set(attach, id);
            step(Step.IOMMU, () -> VFIO_DEVICE_ATTACH_IOMMUFD_PT.call(device, attach));
            return new AddressSpace.Ioas(iommu, id);
        }
    }
}
