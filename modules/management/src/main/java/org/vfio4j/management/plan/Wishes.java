/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What somebody wants of the devices.
 *
 * @param display that the guest's picture is seen
 * @param ramfb that the device's console shows the firmware too
 * @param migration {@link Wish#ON}: that the machine does not start where it could not migrate
 * @param resolutionOrNull the size the guest's driver is to begin with
 * @param manager who starts the machine
 */
public record Wishes(
        Wish display, Wish ramfb, Wish migration, @Nullable Resolution resolutionOrNull, Manager manager) {
    /** Whatever works, by libvirt. */
    public static final Wishes AUTO = new Wishes(Wish.AUTO, Wish.AUTO, Wish.AUTO, null, Manager.LIBVIRT);

    /** Who starts a machine, and whose rules count. */
    public enum Manager {
        LIBVIRT("libvirt"),
        /** QEMU's own command line. */
        QEMU("qemu");

        private final String word;

        Manager(String word) {
            this.word = word;
        }

        /** How the command line and rules spell it. */
        public String word() {
            return word;
        }
    }

    public Optional<Resolution> resolution() {
        return Optional.ofNullable(resolutionOrNull);
    }
}
