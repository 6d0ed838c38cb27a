/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.sysfs.Listing;
import org.vfio4j.linux.sysfs.Reading;
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

    private static final String IOMMUS = "/sys/class/iommu";
    private static final int MAX_IOMMUS = 256;
    /** SSADS of the extended capability register: Intel VT-d specification, 11.4.3. */
    private static final long INTEL_DIRTY = 1L << 45;
    /** HDSup of the extended feature register: AMD I/O virtualization specification, 3.4.14. */
    private static final long AMD_DIRTY = 1L << 52;

    private static final List<List<String>> QEMU = List.of(
            List.of("qemu-system-" + emulated(System.getProperty("os.arch", "")), "--version"),
            List.of("qemu-kvm", "--version"),
            List.of("/usr/libexec/qemu-kvm", "--version"));
    private static final List<List<String>> LIBVIRT =
            List.of(List.of("virtqemud", "--version"), List.of("libvirtd", "--version"), List.of("virsh", "--version"));

    /** A machine's, by its tree and by what its programs say of their versions. */
    public static Platform of(Root root, Commands commands) {
        return new Platform(version(commands, QEMU), version(commands, LIBVIRT), iommuDirtyTracking(root));
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

    /** Null where there is none, or one that says nothing of it. */
    private static @Nullable Boolean iommuDirtyTracking(Root root) {
        if (!(root.list(IOMMUS, MAX_IOMMUS) instanceof Reading.Found<Listing>(Listing iommus))
                || iommus.names().isEmpty()) {
            return null;
        }
        boolean all = true;
        for (String name : iommus.names()) {
            Optional<Boolean> one = bit(root, IOMMUS + "/" + name + "/intel-iommu/ecap", INTEL_DIRTY)
                    .or(() -> bit(root, IOMMUS + "/" + name + "/amd-iommu/features", AMD_DIRTY));
            if (one.isEmpty()) {
                return null;
            }
            all &= one.get();
        }
        return all;
    }

    private static Optional<Boolean> bit(Root root, String path, long bit) {
        if (!(root.attribute(path) instanceof Reading.Found<String>(String text))) {
            return Optional.empty();
        }
        try {
            // AMD's has a second register's before it since Linux 5.19: "features2:features".
            String register = text.strip().substring(text.strip().lastIndexOf(':') + 1);
            return Optional.of((Long.parseUnsignedLong(register, 16) & bit) != 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** How QEMU calls what Java calls so. */
    private static String emulated(String arch) {
        return arch.equals("amd64") ? "x86_64" : arch;
    }
}
