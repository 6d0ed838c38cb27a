/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Commands;
import org.vfio4j.management.rule.Version;

/**
 * What of a machine, beside its devices, decides whether a virtual machine with them can move.
 *
 * @param qemuVersionOrNull the installed QEMU's, such as {@code 11.1.3}
 * @param libvirtVersionOrNull the installed libvirt's
 * @param iommuDirtyTrackingOrNull whether all its IOMMUs say that they can tell which memory devices wrote
 */
public record Platform(
        @Nullable String qemuVersionOrNull,
        @Nullable String libvirtVersionOrNull,
        @Nullable Boolean iommuDirtyTrackingOrNull) {
    /** Nothing is known. */
    public static final Platform UNKNOWN = new Platform(null, null, null);

    private static final List<List<String>> QEMU = List.of(
            List.of("qemu-system-" + emulated(System.getProperty("os.arch", "")), "--version"),
            List.of("qemu-kvm", "--version"),
            List.of("/usr/libexec/qemu-kvm", "--version"));
    private static final List<List<String>> LIBVIRT =
            List.of(List.of("virtqemud", "--version"), List.of("libvirtd", "--version"), List.of("virsh", "--version"));

    /** A machine's, by its tree and by what its programs say of their versions. */
    public static Platform of(Root root, Commands commands) {
        return new Platform(version(commands, QEMU), version(commands, LIBVIRT), IommuTracking.of(root));
    }

    /** What only a tree tells. */
    public static Platform of(Root root) {
        return of(root, Commands.NONE);
    }

    private static @Nullable String version(Commands commands, List<List<String>> candidates) {
        for (List<String> command : candidates) {
            Optional<String> version =
                    commands.output(command).flatMap(Version::find).map(Version::toString);
            if (version.isPresent()) {
                return version.get();
            }
        }
        return null;
    }

    /** How QEMU calls what Java calls so. */
    private static String emulated(String arch) {
        return arch.equals("amd64") ? "x86_64" : arch;
    }
}
