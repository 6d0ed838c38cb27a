/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.devices;

import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.vfio4j.vfio.VfioDevice;
import org.vfio4j.vfio.mdev.MigrationVersion;

/** What the types of a sample parent differ in. */
interface SampleModel {
    /** The type's id, such as {@code mdpy-vga}. */
    String id();

    /** The type's {@code name} attribute. */
    default String title() {
        return id();
    }

    /** The type's {@code description} attribute. */
    Optional<String> description();

    /** How much one device takes of the parent's {@link Stock}. */
    int share();

    /** What the states of its devices are called, and which they load. */
    MigrationVersion stateVersion();

    /** The vendor's attributes of a device, name to content. */
    Map<String, String> attributes(UUID uuid);

    /**
     * A device.
     *
     * @param release runs when it is closed
     */
    VfioDevice make(Runnable release);
}
