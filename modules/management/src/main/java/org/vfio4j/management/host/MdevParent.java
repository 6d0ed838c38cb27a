/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A parent of mediated devices.
 *
 * @param name as under {@code /sys/class/mdev_bus}: a PCI address, or a name such as {@code mtty}
 * @param driverOrNull whose mediated devices they are
 * @param driverVersionOrNull what that driver says of its version, so that a host without devices can tell too
 * @param types what can be made on it, in the order of their ids
 */
public record MdevParent(
        String name,
        @Nullable String driverOrNull,
        @Nullable String driverVersionOrNull,
        List<Type> types) {
    public MdevParent {
        types = List.copyOf(types);
    }

    /** A parent that tells nothing of its driver. */
    public MdevParent(String name, List<Type> types) {
        this(name, null, null, types);
    }

    /** The type of that id. */
    public Optional<Type> type(String id) {
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i).id().equals(id)) {
                return Optional.of(types.get(i));
            }
        }
        return Optional.empty();
    }

    /**
     * A type of mediated device on a parent.
     *
     * @param id the name of its directory
     * @param nameOrNull its {@code name} attribute
     * @param descriptionOrNull its {@code description} attribute
     * @param availableOrNull its {@code available_instances}: how many more can be made; null where it could not be read
     * @param deviceApiOrNull its {@code device_api}
     * @param migrationVersionOrNull what its driver calls the states that it saves of these devices; opaque
     * @param migrationAccepts what the states are called that its driver loads into such a device
     */
    public record Type(
            String id,
            @Nullable String nameOrNull,
            @Nullable String descriptionOrNull,
            @Nullable Integer availableOrNull,
            @Nullable String deviceApiOrNull,
            @Nullable String migrationVersionOrNull,
            List<String> migrationAccepts) {
        public Type {
            migrationAccepts = List.copyOf(migrationAccepts);
        }

        /** A type whose driver does not name its states. */
        public Type(
                String id,
                @Nullable String nameOrNull,
                @Nullable String descriptionOrNull,
                @Nullable Integer availableOrNull,
                @Nullable String deviceApiOrNull) {
            this(id, nameOrNull, descriptionOrNull, availableOrNull, deviceApiOrNull, null, List.of());
        }

        public Optional<String> name() {
            return Optional.ofNullable(nameOrNull);
        }

        public Optional<String> description() {
            return Optional.ofNullable(descriptionOrNull);
        }

        public Optional<Integer> available() {
            return Optional.ofNullable(availableOrNull);
        }

        public Optional<String> migrationVersion() {
            return Optional.ofNullable(migrationVersionOrNull);
        }

        public Optional<String> deviceApi() {
            return Optional.ofNullable(deviceApiOrNull);
        }
    }
}
