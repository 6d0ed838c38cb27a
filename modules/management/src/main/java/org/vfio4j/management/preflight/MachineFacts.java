/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.Version;
import org.vfio4j.management.snapshot.Snapshot;

/** What is the case for the whole virtual machine, from all its devices and both hosts. */
final class MachineFacts {
    private static final String USER_SPACE = "user";

    private final Snapshot source;
    private final Snapshot destination;

    private final List<String> withoutP2p = new ArrayList<>();
    private final List<String> p2pUnknown = new ArrayList<>();
    private final List<String> tracked = new ArrayList<>();
    private final List<String> untracked = new ArrayList<>();
    private final List<String> trackingUnknown = new ArrayList<>();
    private final Map<String, String> typeOnParent = new HashMap<>();
    private final Set<String> mixedParents = new HashSet<>();
    private boolean everyDevicePrecopies = true;
    private boolean hasUntrackedMediated;
    private int devices;

    MachineFacts(Snapshot source, Snapshot destination) {
        this.source = source;
        this.destination = destination;
    }

    /** What every rule may look at. */
    Facts common(Facts vm) {
        Optional<String> given = vm.text("qemu.version");
        Optional<String> from =
                given.or(() -> Optional.ofNullable(source.platform().qemuVersionOrNull()));
        Optional<String> to =
                given.or(() -> Optional.ofNullable(destination.platform().qemuVersionOrNull()));
        Facts.Builder facts = vm.toBuilder()
                .put("vm.enable-migration", vm.text("vm.enable-migration").orElse("auto"))
                .put("source", name(source, destination, "source"))
                .put("source.kind", source.host())
                .put("source.kernel", source.kernel())
                .put("hosts.alike", isUserSpace(source) == isUserSpace(destination))
                .put("source.qemu", from)
                .put("destination", name(destination, source, "destination"))
                .put("destination.kernel", destination.kernel())
                .put("destination.qemu", to)
                .put("qemu.known", from.isPresent() ? to.isPresent() ? "both" : "source" : "no");
        Optional<Version> first = from.flatMap(Version::find);
        Optional<Version> second = to.flatMap(Version::find);
        first.ifPresent(version -> facts.put("qemu.version", version.toString()));
        if (first.isPresent() && second.isPresent()) {
            int order = second.get().compareTo(first.get());
            facts.put("destination.qemu-order", order < 0 ? "older" : order > 0 ? "newer" : "same")
                    .put("qemu.version", (order < 0 ? second : first).get().toString());
        }
        return facts.build();
    }

    private static boolean isUserSpace(Snapshot host) {
        return host.host().equals(USER_SPACE);
    }

    /** How a host is called: two snapshots of one, such as before and after an update, are told apart by their kernels. */
    private static String name(Snapshot host, Snapshot other, String role) {
        if (!host.hostName().equals(other.hostName())) {
            return host.hostName();
        }
        return host.hostName() + " (" + (host.kernel().equals(other.kernel()) ? role : "Linux " + host.kernel()) + ")";
    }

    void add(DeviceProbe probe, Place place) {
        devices++;
        String name = probe.device().name();
        Answer migration = probe.answer(Question.MIGRATION);
        List<String> flags = migration instanceof Answer.Yes yes ? yes.flags() : List.of();
        everyDevicePrecopies &= flags.contains("pre-copy");
        if (!(migration instanceof Answer.No)) {
            if (!flags.contains("p2p")) {
                (flags.isEmpty() ? p2pUnknown : withoutP2p).add(name);
            }
            tracking(probe);
        }
        if (probe.device().kind() == DeviceKind.MDEV && place.parentOrNull() != null) {
            String parent = place.parentOrNull().name();
            String type = probe.device().type().orElse("");
            String other = typeOnParent.putIfAbsent(parent, type);
            if (other != null && !other.equals(type)) {
                mixedParents.add(parent);
            }
        }
    }

    private void tracking(DeviceProbe probe) {
        switch (probe.answer(Question.DIRTY_TRACKING)) {
            case Answer.Yes _ -> tracked.add(probe.device().name());
            case Answer.No _ -> {
                untracked.add(probe.device().name());
                hasUntrackedMediated |= probe.device().kind() == DeviceKind.MDEV;
            }
            case Answer.Unknown _ -> trackingUnknown.add(probe.device().name());
        }
    }

    /** The facts, once all devices were added. */
    Facts facts(Facts common) {
        return common.toBuilder()
                .put("scope", "vm")
                .put("vm.devices", devices)
                .put("vm.pre-copy", devices > 0 && everyDevicePrecopies)
                .put("vm.p2p", withoutP2p.isEmpty() ? p2pUnknown.isEmpty() ? "all" : "unknown" : "some")
                .put("vm.without-p2p", withoutP2p.isEmpty() ? p2pUnknown : withoutP2p)
                .put("vm.dirty", dirty())
                .put("vm.tracked", tracked)
                .put("vm.untracked", untracked.isEmpty() ? trackingUnknown : untracked)
                .put("vm.mixed-parents", List.copyOf(mixedParents))
                .build();
    }

    /** Who tells which memory the devices wrote: the devices, the IOMMU, nobody, or it is not known. An IOMMU knows nothing of mediated ones. */
    private String dirty() {
        Boolean iommu = source.platform().iommuDirtyTrackingOrNull();
        if (hasUntrackedMediated || (!untracked.isEmpty() && Boolean.FALSE.equals(iommu))) {
            return "none";
        }
        if (untracked.isEmpty()) {
            return trackingUnknown.isEmpty() ? "device" : "unknown";
        }
        return Boolean.TRUE.equals(iommu) ? "iommu" : "unknown";
    }
}
