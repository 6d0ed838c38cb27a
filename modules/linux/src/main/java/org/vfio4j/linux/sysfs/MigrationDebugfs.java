/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What debugfs says of a device's migration ({@code Documentation/ABI/testing/debugfs-vfio}), without opening the device.
 *
 * <p>The directory is there only if the kernel has CONFIG_VFIO_DEBUGFS, the driver can migrate, and debugfs is mounted; only root may look.
 * So {@link Reading.Missing} is no answer to whether a device migrates, and the problem {@link TreeProblem#NO_PERMISSION} is a reading of its
 * own.
 *
 * @param features what the driver says that it can do; since Linux 6.18
 * @param state the device's state, such as {@code RUNNING}; since Linux 6.8
 */
public record MigrationDebugfs(Reading<Features> features, Reading<String> state) {
    private static final String VFIO = "/sys/kernel/debug/vfio";

    /** A feature by the kernel's line for it. */
    public enum Feature {
        STOP_COPY("stop-copy"),
        P2P("p2p"),
        PRE_COPY("pre-copy"),
        DIRTY_TRACKING("dirty-tracking");

        private final String line;

        Feature(String line) {
            this.line = line;
        }

        /** Its line in the file, such as {@code stop-copy}. */
        public String line() {
            return line;
        }

        private static Optional<Feature> of(String line) {
            for (Feature feature : values()) {
                if (feature.line.equals(line)) {
                    return Optional.of(feature);
                }
            }
            return Optional.empty();
        }
    }

    /**
     * The lines of the features file.
     *
     * @param known those this class knows
     * @param unknown the others as they stand there, printable, in their order: a later kernel's
     */
    public record Features(Set<Feature> known, List<String> unknown) {
        public Features {
            known = Set.copyOf(known);
            unknown = List.copyOf(unknown);
        }

        /** Reads the file's text; blank lines are nothing. */
        static Features parse(String text) {
            Set<Feature> known = EnumSet.noneOf(Feature.class);
            List<String> unknown = new ArrayList<>();
            text.lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .forEach(line ->
                            Feature.of(line).ifPresentOrElse(known::add, () -> unknown.add(Names.printable(line))));
            return new Features(known, unknown);
        }
    }

    /**
     * Reads what there is for a device.
     *
     * @param device its dev_name: an mdev's UUID, a PCI address
     */
    public static MigrationDebugfs read(Root root, String device) {
        if (!Names.valid(device)) {
            return new MigrationDebugfs(Reading.missing(), Reading.missing());
        }
        TreeWalk walk = root.walk();
        Reading<Place> directory = walk.directory(VFIO + "/" + device + "/migration");
        return new MigrationDebugfs(
                directory.then(at -> walk.attribute(at, "features")).map(Features::parse),
                directory.then(at -> walk.attribute(at, "state")));
    }
}
