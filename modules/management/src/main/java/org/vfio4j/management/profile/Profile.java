/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.profile;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;
import org.vfio4j.vfio.core.DeviceFeatures;

/**
 * A host as a vendor's driver presents it. The format of the file is described in docs/profiles.md.
 *
 * @param name what it is called
 * @param driver the vendor driver's name
 * @param driverVersionOrNull its version, shown as {@code host_driver_version} of every device; null where it tells none
 * @param open what the driver's open wants
 * @param attributeGroup the folder of its devices' attributes
 * @param parents PCI functions
 * @param matrixOrNull the crypto cards of an s390 host that its devices can be given; null where there are none
 */
public record Profile(
        String name,
        String driver,
        @Nullable String driverVersionOrNull,
        Open open,
        String attributeGroup,
        List<Parent> parents,
        @Nullable Matrix matrixOrNull) {
    public Profile {
        parents = List.copyOf(parents);
    }

    Optional<Matrix> matrix() {
        return Optional.ofNullable(matrixOrNull);
    }

    Optional<String> driverVersion() {
        return Optional.ofNullable(driverVersionOrNull);
    }

    /**
     * Which queues vfio_ap has: those of an adapter or a domain that was taken out of the host's masks, {@code apmask} and {@code aqmask}.
     *
     * @param adapters 0 to 255
     * @param domains 0 to 255
     */
    public record Matrix(Set<Integer> adapters, Set<Integer> domains) {
        public Matrix {
            adapters = Set.copyOf(adapters);
            domains = Set.copyOf(domains);
        }
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
     * @param attributes files in each device's folder of attributes
     */
    public record Type(
            String id,
            String name,
            @Nullable String descriptionOrNull,
            int cost,
            int most,
            DeviceFeatures features,
            Map<String, Attribute> attributes) {
        public Type {
            attributes = Map.copyOf(attributes);
        }
    }

    /**
     * A file in a device's folder of attributes.
     *
     * @param value what is in it at first
     * @param parameters what may be written to it: their names, and the permitted values of each; none if it can only be read
     * @param isNumber whether it is the device's number on its parent instead, from 1
     */
    public record Attribute(String value, Map<String, List<String>> parameters, boolean isNumber) {
        public Attribute {
            parameters = Map.copyOf(parameters);
        }

        boolean isWritable() {
            return !parameters.isEmpty();
        }

        /**
         * What is in it after this was written: NAME=VALUE, several with commas between them, or blanks to empty it.
         *
         * @throws VfioException EINVAL for a parameter or a value that is not permitted
         */
        String written(String text) {
            String stripped = text.strip();
            if (!stripped.isEmpty()) {
                for (String setting : stripped.split(",", -1)) {
                    requirePermitted(setting.strip());
                }
            }
            return stripped;
        }

        private void requirePermitted(String setting) {
            int equals = setting.indexOf('=');
            List<String> permitted = equals < 0
                    ? null
                    : parameters.get(setting.substring(0, equals).strip());
            if (permitted == null) {
                throw new VfioException(
                        Errno.EINVAL, "it takes NAME=VALUE, the names being " + new TreeSet<>(parameters.keySet()));
            }
            if (!permitted.contains(setting.substring(equals + 1).strip())) {
                throw new VfioException(
                        Errno.EINVAL, setting.substring(0, equals).strip() + " is one of " + permitted);
            }
        }
    }
}
