/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.kernel;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where the kernel offers a device for opening.
 *
 * @param name the UUID, PCI address or platform name by which VFIO_GROUP_GET_DEVICE_FD knows it
 * @param group its IOMMU group's number
 * @param cdev the name of its own node under {@code /dev/vfio/devices}, where the kernel made one
 */
public record KernelNode(String name, OptionalInt group, Optional<String> cdev) {}
