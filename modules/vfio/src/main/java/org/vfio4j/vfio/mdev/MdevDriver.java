/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.vfio4j.vfio.VfioDevice;

/**
 * A vendor driver of mediated devices: its parent, its types, and how it makes a device. Found through {@link java.util.ServiceLoader}; an
 * instance is one parent with its own resources, which all its types share. Safe for use by many threads.
 */
public interface MdevDriver {
    /** The driver's name, and its parent's, such as {@code mdpy}. */
    String name();

    /** The types its parent supports, in the order of their ids. */
    List<MdevType> types();

    /** How many more devices of this type can be made now: the {@code available_instances} attribute. */
    int availableInstances(MdevType type);

    /**
     * Makes a device, which holds its share of the parent's resources until it is closed.
     *
     * @throws org.vfio4j.linux.ErrnoException what the vendor's driver answers when its resources are used up: ENOSPC, or mdpy's EUSERS
     */
    VfioDevice create(UUID uuid, MdevType type);

    /** The files of the device's {@code vendor} attribute group, name to content, without the trailing newline. */
    Map<String, String> vendorAttributes(UUID uuid, MdevType type);
}
