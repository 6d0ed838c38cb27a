/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.vfio4j.linux.Errno;
import org.vfio4j.linux.LinuxException;
import org.vfio4j.vfio.OpenException;
import org.vfio4j.vfio.OpenException.Step;
import org.vfio4j.vfio.VfioDevice;

/** Opens the kernel's VFIO devices, by the interface that the host has. */
public final class KernelDevices {
    private final Path dev;

    /**
     * @param dev where the device nodes are: {@code /dev}
     */
    public KernelDevices(Path dev) {
        this.dev = dev;
    }

    /**
     * Opens a device with an I/O address space of its own, in which nothing is mapped. Through its own node where there is one and {@code
     * /dev/iommu} is there, else through its group and a container.
     *
     * @throws OpenException which step failed, with which error number; nothing stays open then
     */
    public VfioDevice open(KernelNode node) {
        if (node.cdev().isPresent() && Files.exists(dev.resolve("iommu"))) {
            return openCdev(node);
        }
        return openGroup(node);
    }

    /** Opens it through its group and a type1 container. */
    public VfioDevice openGroup(KernelNode node) {
        int group = node.group()
                .orElseThrow(() -> new OpenException(Step.NODE, Errno.ENODEV, node.name() + " is in no IOMMU group"));
        Path container = dev.resolve("vfio/vfio");
        if (!Files.exists(container)) {
            throw new OpenException(Step.NODE, Errno.ENOENT, "open " + container);
        }
        return GroupDevice.open(container, dev.resolve("vfio/" + group), node.name());
    }

    /** Opens it through its own node and iommufd. */
    public VfioDevice openCdev(KernelNode node) {
        String cdev = node.cdev()
                .orElseThrow(() -> new OpenException(Step.NODE, Errno.ENODEV, node.name() + " has no node of its own"));
        return CdevDevice.open(dev.resolve("iommu"), dev.resolve("vfio/devices").resolve(cdev));
    }

    /** Makes one step; its failure says which one it was. */
    static <T> T step(Step step, Supplier<T> action) {
        try {
            return action.get();
        } catch (LinuxException e) {
            throw new OpenException(step, e.errno(), e.call() + " " + e.subject());
        }
    }
}
