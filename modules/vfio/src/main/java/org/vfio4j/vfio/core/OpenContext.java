/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.core;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a vendor driver can learn about an open.
 *
 * @param user who opens
 * @param mode what he wants
 * @param kvmOrNull the virtual machine that the group was given to, null if none
 */
public record OpenContext(
        Credentials user, OpenMode mode, @Nullable Kvm kvmOrNull) {
    public Optional<Kvm> kvm() {
        return Optional.ofNullable(kvmOrNull);
    }
}
