/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.DeviceFeatures;
import org.vfio4j.vfio.core.DeviceReport;
import org.vfio4j.vfio.core.OpenContext;
import org.vfio4j.vfio.core.Query;

/**
 * A vendor driver of mediated devices: its parent, its types, and how it makes a device. Found through {@link java.util.ServiceLoader}; an
 * instance is one parent with its own resources, which all its types share. Safe for use by many threads.
 *
 * <p>The methods that have a default are what a driver can tell or do more. The mdev core asks for name, parent, types, features, version,
 * the attributes' group and which of them can be written once, when it gets to know the driver.
 */
public interface MdevDriver {
    /** The driver's name, such as {@code mdpy}. */
    String name();

    /** The device that its devices are parts of; where nothing else is said a virtual one that is called as the driver. */
    default ParentDevice parent() {
        return ParentDevice.virtual(name(), name());
    }

    /** The types its parent supports, in the order of their ids. */
    List<MdevType> types();

    /** How many more devices of this type can be made now: the {@code available_instances} attribute. */
    int availableInstances(MdevType type);

    /** What devices of this type can do; the VFIO core shows it before one is opened. */
    DeviceFeatures features(MdevType type);

    /**
     * Makes a device, which holds its share of the parent's resources until it is closed.
     *
     * @throws org.vfio4j.linux.ErrnoException what the vendor's driver answers when its resources are used up: ENOSPC, or mdpy's EUSERS
     */
    VfioDevice create(UUID uuid, MdevType type);

    /** The same with something to report to. */
    default VfioDevice create(UUID uuid, MdevType type, DeviceReport report) {
        return create(uuid, type);
    }

    /** The files of the device's {@link #attributeGroup}, name to content, without the trailing newline; an empty text is an empty file. */
    Map<String, String> vendorAttributes(UUID uuid, MdevType type);

    /** The directory those files lie in, such as {@code nvidia}; empty if they lie in the device's own, as vfio_ap's do. */
    default String attributeGroup() {
        return "vendor";
    }

    /** The names of those that can be written. One that {@link #vendorAttributes} has not can only be written. */
    default Set<String> writableAttributes(MdevType type) {
        return Set.of();
    }

    /**
     * Somebody writes one of the {@link #writableAttributes}.
     *
     * @param value without a trailing newline
     * @throws org.vfio4j.linux.ErrnoException EINVAL for what it cannot be set to, or what else the vendor's driver answers
     */
    default void writeAttribute(UUID uuid, MdevType type, String name, String value) {
        throw new VfioException(Errno.EACCES, name() + " has no attribute that can be written");
    }

    /**
     * A first user opens the device: {@link org.vfio4j.vfio.core.DeviceOps#open}.
     *
     * @throws org.vfio4j.linux.ErrnoException if he may not, such as ESRCH without a virtual machine
     */
    default void open(UUID uuid, MdevType type, OpenContext context) {}

    /** The last user has closed it. */
    default void close(UUID uuid, MdevType type) {}

    /** The queries of its devices that need no open: {@link org.vfio4j.vfio.core.DeviceOps#queriesWithoutOpen}. */
    default Set<Query.Kind> queriesWithoutOpen(MdevType type) {
        return Set.of();
    }

    /** The driver's version, shown as {@code host_driver_version} of each of its devices. */
    default Optional<String> hostDriverVersion() {
        return Optional.empty();
    }

    /** What it calls the states that it saves of a type's devices, and those it loads; empty where it has no such names. */
    default Optional<MigrationVersion> migrationVersion(MdevType type) {
        return Optional.empty();
    }

    /** Whether it loads, into a device of this type, a state that the driver which saved it calls so. */
    default boolean acceptsMigrationVersion(MdevType type, String version) {
        return migrationVersion(type)
                .filter(known -> known.accepted().contains(version))
                .isPresent();
    }
}
