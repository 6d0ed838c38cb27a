/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which processes hold VFIO's nodes open, found in one pass over {@code /proc/<pid>/fd} for all nodes (proc(5)).
 *
 * <p>It cannot see a process that closed the group's descriptor and kept the device's, which has no path (QEMU keeps both), nor one outside
 * of this process's PID namespace.
 *
 * @param holders by node, such as {@code /dev/vfio/3} or {@code /dev/vfio/devices/vfio3}; in the order of their pids
 * @param complete whether every process could be examined: only then does no holder mean that nobody holds it
 * @param findings why it is not complete
 */
public record OpenFiles(Map<String, List<Holder>> holders, boolean complete, List<TreeFinding> findings) {
    private static final String PROC = "/proc";
    private static final String DELETED = " (deleted)";

    private static final int INIT = 1;
    /** The most descriptors looked at altogether: a second or two. */
    private static final int MAX_DESCRIPTORS = 1_000_000;

    public OpenFiles {
        Map<String, List<Holder>> copy = new HashMap<>();
        holders.forEach((node, processes) -> copy.put(node, List.copyOf(processes)));
        holders = Map.copyOf(copy);
        findings = List.copyOf(findings);
    }

    /**
     * A process.
     *
     * @param comm its name, {@code ?} if it ended meanwhile
     */
    public record Holder(int pid, String comm) {}

    /** Who holds {@code node} open; the caller's own process may be among them. */
    public List<Holder> of(String node) {
        return holders.getOrDefault(node, List.of());
    }

    /** Looks at the descriptors of every process. */
    public static OpenFiles scan(Root root) {
        TreeWalk walk = root.walk();
        Optional<Place> proc = walk.need(walk.directory(PROC), TreeProblem.NOT_CAPTURED, PROC, "is not there");
        if (proc.isEmpty()) {
            return new OpenFiles(Map.of(), false, walk.scan(List.of()).findings());
        }
        int[] pids = walk.names(proc.get(), Root.MAX_ENTRIES).stream()
                .map(Names::decimal)
                .flatMapToInt(OptionalInt::stream)
                .sorted()
                .toArray();
        if (Arrays.binarySearch(pids, INIT) < 0) {
            // There is always an init, so others are hidden too: hidepid of proc(5), or a tree captured in part.
            walk.note(TreeProblem.NO_PERMISSION.at(PROC, "does not show all processes: number 1 is not there"));
        }
        Pass pass = new Pass(walk, root.files());
        for (int pid : pids) {
            pass.examine(proc.get(), pid);
        }
        return pass.result();
    }

    /** What has been seen so far. */
    private static final class Pass {
        private final TreeWalk walk;
        private final TreeFiles files;
        private final Map<String, List<Holder>> holders = new LinkedHashMap<>();
        private int examined;
        private int denied;
        private int descriptors;

        Pass(TreeWalk walk, TreeFiles files) {
            this.walk = walk;
            this.files = files;
        }

        void examine(Place proc, int pid) {
            Reading<Place> directory = walk.directory(proc, pid + "/fd");
            Reading<Listing> listing = directory.then(at -> files.list(at.path(), MAX_DESCRIPTORS - descriptors));
            if (listing.isMissing() || listing.hasProblem(TreeProblem.VANISHED)) {
                return; // it ended
            }
            examined++;
            if (listing.trouble().isPresent()) {
                denied++;
                return;
            }
            Set<String> nodes = new TreeSet<>();
            listing.value().ifPresent(it -> {
                it.findings().forEach(walk::note);
                descriptors += it.names().size();
                for (String fd : it.names()) {
                    directory
                            .then(at -> files.rawLink(at.child(fd)))
                            .value()
                            .map(Pass::node)
                            .filter(Pass::isVfio)
                            .ifPresent(nodes::add);
                }
            });
            if (!nodes.isEmpty()) {
                Holder holder = new Holder(pid, comm(proc, pid));
                nodes.forEach(node ->
                        holders.computeIfAbsent(node, _ -> new ArrayList<>()).add(holder));
            }
        }

        OpenFiles result() {
            if (denied > 0) {
                walk.note(TreeProblem.NO_PERMISSION.at(
                        PROC, denied + " of " + examined + " processes could not be examined"));
            }
            List<TreeFinding> findings = walk.scan(List.of()).findings();
            return new OpenFiles(holders, findings.isEmpty(), findings);
        }

        private String comm(Place proc, int pid) {
            return walk.directory(proc, Integer.toString(pid))
                    .then(at -> walk.attribute(at, "comm"))
                    .value()
                    .map(Names::printable)
                    .orElse("?");
        }

        private static String node(String target) {
            return target.endsWith(DELETED) ? target.substring(0, target.length() - DELETED.length()) : target;
        }

        private static boolean isVfio(String target) {
            return (target.startsWith(VfioNodes.GROUPS + "/") || target.equals(VfioNodes.IOMMU))
                    && Names.validTarget(target);
        }
    }
}
