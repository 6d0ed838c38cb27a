/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.vm;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A device that a QEMU has over vfio-user.
 *
 * @param id its id in QEMU; its path in QEMU's object tree where it has none
 * @param hasId whether it has one
 * @param bus the bus it sits on, such as {@code port1}
 * @param busPath that bus in QEMU's object tree
 * @param address slot and function, such as {@code 00.0}
 * @param socketOrNull the socket it is served on; null if QEMU does not tell
 * @param isHotpluggable whether QEMU lets it be unplugged
 * @param hasMsix whether it has an MSI-X table
 * @param properties what it was given besides, by their names
 */
public record VmDevice(
        String id,
        boolean hasId,
        String bus,
        String busPath,
        String address,
        @Nullable Path socketOrNull,
        boolean isHotpluggable,
        boolean hasMsix,
        Map<String, JsonNode> properties) {
    public VmDevice {
        properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    public Optional<Path> socket() {
        return Optional.ofNullable(socketOrNull);
    }
}
