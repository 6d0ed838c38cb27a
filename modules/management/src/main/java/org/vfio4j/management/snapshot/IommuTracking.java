/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.vfio4j.linux.sysfs.Listing;
import org.vfio4j.linux.sysfs.Reading;
import org.vfio4j.linux.sysfs.Root;
import org.vfio4j.management.host.Machine;
import org.vfio4j.management.rule.Version;

/** Whether a machine's IOMMUs can tell which memory devices wrote, as far as sysfs shows it. */
final class IommuTracking {
    private static final String IOMMUS = "/sys/class/iommu";
    private static final int MAX_IOMMUS = 256;
    private static final int HEX = 16;

    /** The first kernel with the interface for it, IOMMU_HWPT_SET_DIRTY_TRACKING. Source: linux/iommufd.h. */
    private static final Version SINCE = Version.parse("6.7").orElseThrow();

    /**
     * SMTS, SSADS and SMPWC of the extended capability register, all of which the kernel's driver wants. Source: Intel VT-d specification,
     * 11.4.3; Linux, drivers/iommu/intel/iommu.h: ssads_supported.
     */
    private static final long INTEL = 1L << 43 | 1L << 45 | 1L << 48;

    /** HDSup of the extended feature register. Source: AMD I/O virtualization specification, 3.4.14; Linux, drivers/iommu/amd: FEATURE_HDSUP. */
    private static final long AMD = 1L << 52;

    private IommuTracking() {}

    /** Null where there is no IOMMU, or one that says nothing of it, or where it is not known which kernel it is. */
    static @Nullable Boolean of(Root root) {
        if (!(root.list(IOMMUS, MAX_IOMMUS) instanceof Reading.Found<Listing>(Listing iommus))
                || iommus.names().isEmpty()) {
            return null;
        }
        Optional<Version> kernel = Version.find(Machine.of(root).kernelRelease());
        if (kernel.isEmpty()) {
            return null;
        }
        if (kernel.get().compareTo(SINCE) < 0) {
            return false;
        }
        boolean all = true;
        for (String name : iommus.names()) {
            Optional<Boolean> one = intel(root, IOMMUS + "/" + name).or(() -> amd(root, IOMMUS + "/" + name));
            if (one.isEmpty()) {
                return null;
            }
            all &= one.get();
        }
        return all;
    }

    /** The capability needs scalable mode, which the command line can switch off. */
    private static Optional<Boolean> intel(Root root, String iommu) {
        boolean isOff = root.attribute("/proc/cmdline") instanceof Reading.Found<String>(String line)
                && line.contains("intel_iommu=")
                && line.contains("sm_off");
        return attribute(root, iommu + "/intel-iommu/ecap")
                .flatMap(IommuTracking::register)
                .map(bits -> !isOff && (bits & INTEL) == INTEL);
    }

    /** Since Linux 6.7 the second feature register stands behind the first, with a colon between them. */
    private static Optional<Boolean> amd(Root root, String iommu) {
        return attribute(root, iommu + "/amd-iommu/features")
                .flatMap(text -> register(text.split(":", 2)[0]))
                .map(bits -> (bits & AMD) != 0);
    }

    private static Optional<String> attribute(Root root, String path) {
        return root.attribute(path) instanceof Reading.Found<String>(String text)
                ? Optional.of(text)
                : Optional.empty();
    }

    private static Optional<Long> register(String text) {
        try {
            return Optional.of(Long.parseUnsignedLong(text.strip(), HEX));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
