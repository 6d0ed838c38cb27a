/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.tree;

import java.util.List;
import java.util.stream.Stream;
import org.vfio4j.vfio.mdev.MdevCore;
import org.vfio4j.vfio.mdev.MdevParent;

/** The classes and buses that parents belong to. */
final class Subsystems {
    private Subsystems() {}

    /** The names of those of a kind, {@code class} or {@code bus}. */
    static Stream<String> of(MdevCore mdev, String kind) {
        return mdev.parents().stream()
                .map(parent -> parent.device().subsystem())
                .filter(subsystem -> subsystem.startsWith(kind + "/"))
                .map(subsystem -> subsystem.substring(kind.length() + 1))
                .distinct();
    }

    /** The parents in one, such as {@code bus/pci}. */
    static List<MdevParent> members(MdevCore mdev, String subsystem) {
        return mdev.parents().stream()
                .filter(parent -> parent.device().subsystem().equals(subsystem))
                .toList();
    }
}
