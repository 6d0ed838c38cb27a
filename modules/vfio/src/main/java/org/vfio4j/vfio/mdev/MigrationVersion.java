/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.vfio.mdev;

import java.util.List;
import org.vfio4j.linux.Errno;
import org.vfio4j.vfio.VfioException;

/**
 * What a driver calls the states that it saves of a type's devices, and those that it loads. To everybody but the driver these texts are opaque:
 * the kernel's proposed {@code migration_version} attribute of 2019, of which this has the readable half.
 *
 * @param saved of the states that this driver saves
 * @param accepted of the states that it loads, {@code saved} among them where it loads its own
 */
public record MigrationVersion(String saved, List<String> accepted) {
    /** The longest text, so that a list of them fits into an attribute. */
    public static final int MAX_LENGTH = 255;

    private static final int MAX_ACCEPTED = 14;

    public MigrationVersion {
        accepted = List.copyOf(accepted);
        check(saved);
        accepted.forEach(MigrationVersion::check);
        if (accepted.size() > MAX_ACCEPTED) {
            throw new VfioException(Errno.EINVAL, "more than " + MAX_ACCEPTED + " migration versions");
        }
    }

    /** Of a driver that loads what it saves, and nothing else. */
    public static MigrationVersion only(String saved) {
        return new MigrationVersion(saved, List.of(saved));
    }

    private static void check(String text) {
        if (text.isBlank() || text.length() > MAX_LENGTH || text.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new VfioException(
                    Errno.EINVAL, "a migration version is a line of 1 to " + MAX_LENGTH + " printable characters");
        }
    }
}
