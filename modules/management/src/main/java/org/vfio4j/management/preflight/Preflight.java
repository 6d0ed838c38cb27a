/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.MdevParent;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.RuleBook;
import org.vfio4j.management.snapshot.Snapshot;

/**
 * Tells from two snapshots whether a virtual machine's devices can move, before anything moves. What is not known blocks, unless the options
 * say otherwise: the ids of such findings end in {@value #UNKNOWN}.
 */
public final class Preflight {
    /** How the ids of rules end that find that something is not known. */
    public static final String UNKNOWN = "-unknown";

    /** What a device is called that QEMU gets from a server over vfio-user: this, and the socket's path. */
    public static final String VFIO_USER = "vfio-user:";

    /** Those whose state QEMU calls unmigratable, whatever their drivers can. */
    private static final Set<String> UNMIGRATABLE = Set.of("vfio-ap", "vfio-ccw", "vfio-platform");

    private static final String MACHINE = "vm";
    private static final String NONE = "none";

    private final RuleBook rules;

    private Preflight(RuleBook rules) {
        this.rules = rules;
    }

    /** With the rules of this release. */
    public static Preflight builtIn() {
        return new Preflight(rules());
    }

    /** The facts of no virtual machine: devices that move by themselves. Rules about machines are not looked at then. */
    public static Facts withoutMachine() {
        return Facts.none().toBuilder().put(MACHINE, NONE).build();
    }

    /** The rules of this release. */
    public static RuleBook rules() {
        return RuleBook.resource(Preflight.class, "rules.json");
    }

    /**
     * Checks.
     *
     * @param source the host with the devices
     * @param destination the host where they are to go
     * @param devices by their names at the source, in the order of the virtual machine; {@link #VFIO_USER} and a socket's path for those
     * @param machine facts of the virtual machine, as {@link DomainFacts} makes them
     */
    public Report check(
            Snapshot source, Snapshot destination, List<String> devices, Facts machine, PreflightOptions options) {
        Check check = new Check(source, destination, machine, options);
        devices.forEach(check::device);
        return check.report();
    }

    /** One check. */
    private final class Check {
        private final Snapshot source;
        private final Snapshot destination;
        private final Facts common;
        private final PreflightOptions options;
        private final Placement placement;
        private final VersionFacts versions;
        private final MachineFacts machine;
        private final List<Finding> findings = new ArrayList<>();
        private final List<DeviceMapping> mappings = new ArrayList<>();

        Check(Snapshot source, Snapshot destination, Facts vm, PreflightOptions options) {
            this.source = source;
            this.destination = destination;
            this.options = options;
            this.placement = new Placement(destination, options);
            this.versions = new VersionFacts(source, destination, options);
            this.machine = new MachineFacts(source, destination);
            this.common = machine.common(vm);
        }

        void device(String name) {
            Facts.Builder facts = common.toBuilder().put("scope", "device").put("device", name);
            Optional<DeviceProbe> probe = name.startsWith(VFIO_USER) ? Optional.empty() : probe(name);
            if (probe.isEmpty()) {
                facts.put("device.kind", name.startsWith(VFIO_USER) ? "vfio-user" : "missing");
            } else {
                known(facts, probe.get());
            }
            find(name, facts.build());
        }

        private void known(Facts.Builder facts, DeviceProbe probe) {
            HostDevice device = probe.device();
            facts.put("device.kind", device.kind().word())
                    .put("device.type", device.type())
                    .put("device.driver", device.driver());
            Optional<String> api = api(device);
            facts.put("device.api", api)
                    .put(
                            "device.qemu-migrates",
                            api.filter(UNMIGRATABLE::contains).isEmpty());
            Place place = placement.find(device);
            place(facts, place);
            Optional.ofNullable(place.typeOrNull())
                    .flatMap(MdevParent.Type::deviceApi)
                    .flatMap(there -> api.map(there::equals))
                    .ifPresent(same -> facts.put("api.same", same));
            MigrationFacts.source(facts, probe);
            MigrationFacts.destination(facts, probe, place, destination);
            versions.collect(facts, device, place);
            place.mapping(device).ifPresent(mappings::add);
            machine.add(probe, place);
        }

        private Optional<DeviceProbe> probe(String name) {
            List<DeviceProbe> probes = source.probes();
            for (int i = 0; i < probes.size(); i++) {
                if (probes.get(i).device().name().equals(name)) {
                    return Optional.of(probes.get(i));
                }
            }
            return Optional.empty();
        }

        private Optional<String> api(HostDevice device) {
            if (device.kind() != DeviceKind.MDEV) {
                return Optional.of("vfio-" + device.kind().word());
            }
            for (MdevParent parent : source.inventory().parents()) {
                if (parent.name().equals(device.parentOrNull())) {
                    return device.type().flatMap(parent::type).flatMap(MdevParent.Type::deviceApi);
                }
            }
            return Optional.empty();
        }

        private static void place(Facts.Builder facts, Place place) {
            facts.put("destination.place", place.state().word())
                    .put("destination.others", place.others())
                    .put("destination.device", place.name());
            if (place.parentOrNull() != null) {
                facts.put("destination.parent", place.parentOrNull().name());
            }
            if (place.typeOrNull() != null) {
                facts.put("destination.api", place.typeOrNull().deviceApi());
            }
            HostDevice there = place.deviceOrNull();
            if (there != null) {
                facts.put(
                        "destination.usage",
                        switch (there.usage().state()) {
                            case FREE -> "free";
                            case IN_USE -> "in-use";
                            case UNKNOWN -> "unknown";
                        });
            }
        }

        private void find(String subject, Facts facts) {
            for (Finding finding : rules.findings(subject, facts)) {
                boolean isAccepted = options.acceptsUnknown()
                        && finding.severity() == Finding.Severity.BLOCKER
                        && finding.id().endsWith(UNKNOWN);
                findings.add(isAccepted ? accepted(finding) : finding);
            }
        }

        private static Finding accepted(Finding finding) {
            return new Finding(
                    finding.id(),
                    Finding.Severity.WARNING,
                    finding.subject(),
                    finding.text() + " This is accepted because unknown is (--accept-unknown).",
                    finding.remedy());
        }

        Report report() {
            Facts facts = machine.facts(common);
            Downtime downtime = Downtime.of(
                    options.traffic(),
                    facts.all("vm.pre-copy").contains("yes"),
                    !facts.all("vm.dirty").contains("none"));
            Facts all = facts.toBuilder()
                    .put("downtime.ms", downtime.millis())
                    .put(
                            "downtime.over-limit",
                            downtime.millis().map(ms -> ms > options.traffic().limitMillis() ? "yes" : "no"))
                    .put("downtime.limit", options.traffic().limitMillis())
                    .build();
            if (!all.text(MACHINE).equals(Optional.of(NONE))) {
                find(destination.hostName(), all);
            }
            return new Report(findings, mappings, downtime);
        }
    }
}
