/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.Optional;
import org.vfio4j.management.snapshot.Snapshot;

/** Whether a destination's driver would load a state that the source's driver calls so. What the name means only the drivers know. */
@FunctionalInterface
public interface Judge {
    /**
     * Its verdict; empty where there is none to be had.
     *
     * @param parent at the destination
     * @param type of the device
     * @param version what the source's driver calls the states that it saves
     */
    Optional<Boolean> accepts(String parent, String type, String version);

    /** By what the destination's drivers declared when its snapshot was taken. */
    static Judge declared(Snapshot destination) {
        return (parent, type, version) -> destination.inventory().parents().stream()
                .filter(p -> p.name().equals(parent))
                .flatMap(p -> p.type(type).stream())
                .filter(t -> t.migrationVersion().isPresent())
                .map(t -> t.migrationAccepts().contains(version))
                .findFirst();
    }
}
