/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.plan.Candidate;
import org.vfio4j.management.plan.Console;
import org.vfio4j.management.plan.Plan;
import org.vfio4j.management.plan.PlannedDevice;
import org.vfio4j.management.plan.Planner;
import org.vfio4j.management.plan.QemuArguments;
import org.vfio4j.management.plan.RenderNode;
import org.vfio4j.management.plan.Resolution;
import org.vfio4j.management.plan.VmFacts;
import org.vfio4j.management.plan.Wish;
import org.vfio4j.management.plan.Wishes;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.rule.Version;
import org.vfio4j.management.snapshot.Snapshot;

/** What the planner says of a row of the truth table, from a snapshot of the VM's kernel. */
final class TruthPlan {
    private static final Version QEMU = Version.parse("11.1.3").orElseThrow();
    private static final Planner PLANNER = new Planner(Planner.rules());

    private final TruthRow row;
    private final List<Candidate> candidates;

    TruthPlan(TruthRow row, Snapshot host) {
        this.row = row;
        this.candidates =
                row.devices().stream().map(type -> candidate(type, host)).toList();
    }

    /** The UUIDs of the row's devices. */
    List<String> uuids() {
        return candidates.stream().map(Candidate::name).toList();
    }

    /** Exactly what the row asks for. */
    Plan asked() {
        return plan(wish("display"), wish("ramfb"));
    }

    /** What the planner makes of it where it may leave the display off. */
    Plan instead() {
        return plan(Wish.AUTO, row.properties().containsKey("ramfb") ? Wish.AUTO : Wish.OFF);
    }

    /** Why the planner does not plan what is asked: the rules, none if it does. */
    List<Finding> against() {
        Plan asked = asked();
        if (!asked.works()) {
            return findings(asked, Finding.Severity.BLOCKER);
        }
        return asked.consoles().equals(consoles()) ? List.of() : findings(instead(), Finding.Severity.WARNING);
    }

    /** QEMU's arguments for what is asked: ours if it is a plan of ours, else as the row has them. */
    List<String> arguments() {
        if (row.works()) {
            return machine(asked());
        }
        List<String> arguments = machine(new Plan(vm(), List.of(), consoles(), false, false, List.of()));
        if (row.condition("plug").isEmpty()) {
            uuids().forEach(uuid -> arguments.addAll(List.of("-device", row.device(uuid))));
        }
        row.condition("then").ifPresent(device -> arguments.addAll(List.of("-device", device)));
        return arguments;
    }

    /** A plan's arguments and the machine around it. */
    List<String> machine(Plan plan) {
        List<String> arguments = new ArrayList<>(row.arguments());
        if (!arguments.contains("-machine")) {
            arguments.addAll(List.of("-machine", "q35"));
        }
        List<String> ours = QemuArguments.of(plan);
        if (plan.consoles().isEmpty() && !arguments.contains("-display")) {
            arguments.addAll(List.of("-display", "none"));
        }
        row.condition("video").ifPresent(model -> arguments.addAll(List.of("-device", model)));
        row.condition("plug")
                .ifPresent(_ -> arguments.addAll(List.of("-device", "pcie-root-port,id=port1,chassis=1,slot=1")));
        arguments.addAll(ours);
        return arguments;
    }

    private static List<Finding> findings(Plan plan, Finding.Severity severity) {
        return plan.findings().stream()
                .filter(finding -> finding.severity() == severity)
                .toList();
    }

    private Plan plan(Wish display, Wish ramfb) {
        Wish migration = row.properties().containsKey("enable-migration") ? wish("enable-migration") : Wish.AUTO;
        String width = row.properties().get("xres");
        Resolution resolution = width == null
                ? null
                : Resolution.parse(width + "x" + row.properties().get("yres")).orElseThrow();
        return PLANNER.plan(candidates, vm(), new Wishes(display, ramfb, migration, resolution, Wishes.Manager.QEMU));
    }

    private Wish wish(String property) {
        return row.properties().getOrDefault(property, "off").equals("on") ? Wish.ON : Wish.OFF;
    }

    private VmFacts vm() {
        return new VmFacts(
                QEMU,
                null,
                "q35",
                "x86_64",
                consoles(),
                row.has("no-gpu") ? new RenderNode.None() : new RenderNode.At("/dev/dri/renderD128"),
                null,
                List.of(row.condition("video").orElse("none")),
                false);
    }

    private List<Console> consoles() {
        return row.words().stream().map(Console::find).flatMap(Optional::stream).toList();
    }

    /** The VM's device of a type; one of the row's own has a name that follows from the row. */
    private Candidate candidate(String type, Snapshot host) {
        Optional<DeviceProbe> like = host.probes().stream()
                .filter(probe -> probe.device()
                        .type()
                        .filter(type.replace("*", "")::equals)
                        .isPresent())
                .findFirst();
        if (like.isEmpty()) {
            String missing = type.equals("folder") ? "../../../../tmp" : "1f0f2d6a-0000-4000-8000-0000000000ff";
            return new Candidate(new DeviceProbe(
                    device(missing, host.probes().getFirst().device()),
                    host.probes().getFirst().answers()));
        }
        HostDevice device = like.get().device();
        String name = type.endsWith("*") ? new UUID(row.number(), 1).toString() : device.name();
        return new Candidate(new DeviceProbe(device(name, device), like.get().answers()));
    }

    private HostDevice device(String name, HostDevice like) {
        return new HostDevice(
                name,
                DeviceKind.MDEV,
                like.parentOrNull(),
                like.typeOrNull(),
                like.driverOrNull(),
                like.driverVersionOrNull(),
                like.isVfioBound(),
                null,
                null,
                row.has("held") ? Usage.inUse(List.of()) : Usage.FREE);
    }

    /** The properties of QEMU that a plan sets for its first device. */
    static Stream<Map.Entry<String, String>> properties(Plan plan) {
        PlannedDevice first = plan.devices().getFirst();
        return QemuArguments.json(first, "id").properties().stream()
                .map(property ->
                        Map.entry(property.getKey(), word(property.getValue().asString())));
    }

    private static String word(String value) {
        return switch (value) {
            case "true" -> "on";
            case "false" -> "off";
            default -> value;
        };
    }
}
