/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.migrate;

import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.definition.Definition;

/**
 * Where a device goes, and what it is there.
 *
 * @param peer the other host, as the user called it
 * @param deviceOrNull its name there; null for the one that it has here
 * @param parentOrNull its parent there; null for one of the same name
 */
public record Destination(
        String peer, @Nullable UUID deviceOrNull, @Nullable String parentOrNull) {
    /** There everything is called as here. */
    public static Destination of(String peer) {
        return new Destination(peer, null, null);
    }

    /** What is offered there of a device of here: the same move. */
    Migrant offered(Migrant here) {
        UUID device = deviceOrNull == null ? here.device() : deviceOrNull;
        String parent = parentOrNull == null ? here.parent() : parentOrNull;
        return new Migrant(
                here.id(),
                device,
                parent,
                here.type(),
                here.definition()
                        .map(d -> new Definition(device, parent, d.type(), d.start(), d.attributes()))
                        .orElse(null));
    }
}
