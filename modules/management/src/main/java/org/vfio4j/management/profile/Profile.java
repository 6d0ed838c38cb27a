/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.vfio.core.DeviceFeatures;

/**
 * A host as a vendor's driver presents it. The format of the file is described in docs/profiles.md.
 *
 * @param name what it is called
 * @param driver the vendor driver's name
 * @param driverVersionOrNull its version, shown as {@code host_driver_version} of every device; null where it tells none
 * @param open what the driver's open wants
 * @param parents at least one
 */
public record Profile(
        String name, String driver, @Nullable String driverVersionOrNull, Open open, List<Parent> parents) {
    public Profile {
        parents = List.copyOf(parents);
    }

    Optional<String> driverVersion() {
        return Optional.ofNullable(driverVersionOrNull);
    }

    /** When a device can be opened. */
    public enum Open {
        ALWAYS("always"),
        /** Only in a group that a KVM was given to, else ESRCH. */
        WITH_KVM("with-kvm");

        private final String word;

        Open(String word) {
            this.word = word;
        }

        /** How a profile spells it. */
        public String word() {
            return word;
        }
    }

    /**
     * A PCI function that mediated devices can be made on.
     *
     * @param address such as {@code 0000:41:00.0}
     * @param identity what its configuration space says
     * @param capacity what its devices share, in the profile's own unit, such as MB of video memory
     * @param isUniform whether all its devices at a time must be of one type
     * @param attributes files of its own in sysfs
     * @param types in the order of their ids
     */
    public record Parent(
            String address,
            Identity identity,
            int capacity,
            boolean isUniform,
            Map<String, String> attributes,
            List<Type> types) {
        public Parent {
            attributes = Map.copyOf(attributes);
            types = List.copyOf(types);
        }
    }

    /** Numbers of a PCI configuration space; the class in 24 bits. */
    public record Identity(
            int vendor, int device, int subsystemVendor, int subsystemDevice, int classCode, int revision) {}

    /**
     * A type of mediated device.
     *
     * @param id the name of its directory
     * @param name its {@code name} attribute
     * @param descriptionOrNull its {@code description} attribute; null for none
     * @param cost what one device takes of its parent's capacity
     * @param most how many there can be at most on a parent
     * @param features what its devices tell of themselves
     * @param attributes files in each device's {@code vendor} folder
     */
    public record Type(
            String id,
            String name,
            @Nullable String descriptionOrNull,
            int cost,
            int most,
            DeviceFeatures features,
            Map<String, String> attributes) {
        public Type {
            attributes = Map.copyOf(attributes);
        }
    }
}
