/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.host;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A parent of mediated devices.
 *
 * @param name as under {@code /sys/class/mdev_bus}: a PCI address, or a name such as {@code mtty}
 * @param types what can be made on it, in the order of their ids
 */
public record MdevParent(String name, List<Type> types) {
    public MdevParent {
        types = List.copyOf(types);
    }

    /**
     * A type of mediated device on a parent.
     *
     * @param id the name of its directory
     * @param nameOrNull its {@code name} attribute
     * @param descriptionOrNull its {@code description} attribute
     * @param availableOrNull its {@code available_instances}: how many more can be made; null where it could not be read
     * @param deviceApiOrNull its {@code device_api}
     */
    public record Type(
            String id,
            @Nullable String nameOrNull,
            @Nullable String descriptionOrNull,
            @Nullable Integer availableOrNull,
            @Nullable String deviceApiOrNull) {
        public Optional<String> name() {
            return Optional.ofNullable(nameOrNull);
        }

        public Optional<String> description() {
            return Optional.ofNullable(descriptionOrNull);
        }

        public Optional<Integer> available() {
            return Optional.ofNullable(availableOrNull);
        }

        public Optional<String> deviceApi() {
            return Optional.ofNullable(deviceApiOrNull);
        }
    }
}
