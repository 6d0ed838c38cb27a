/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.RuleBook;

/**
 * Plans: for every device the best of the choices that no rule blocks. What was asked for stays in the plan even where a rule blocks it, so that
 * the refusal is seen; what was left open is switched off there, and the reason is a warning.
 */
public final class Planner {
    private final RuleBook rules;

    /**
     * @param rules that decide, such as {@link #rules}
     */
    public Planner(RuleBook rules) {
        this.rules = rules;
    }

    /** The rules that this release knows. */
    public static RuleBook rules() {
        return RuleBook.resource(Planner.class, "rules.json");
    }

    /** How a machine gets these devices. */
    public Plan plan(List<Candidate> candidates, VmFacts vm, Wishes wishes) {
        List<PlannedDevice> devices = new ArrayList<>();
        Set<Finding> findings = new LinkedHashSet<>();
        List<Console> consoles = Consoles.choose(candidates, vm, wishes);
        boolean ramfbTaken =
                vm.videos().filter(videos -> videos.contains("ramfb")).isPresent();
        for (Candidate candidate : candidates) {
            if (devices.stream().anyMatch(earlier -> earlier.candidate().name().equals(candidate.name()))) {
                findings.add(twice(candidate));
                continue;
            }
            Facts known = PlanFacts.of(candidate, vm, wishes);
            Choice choice = choose(candidate, known, vm, wishes, consoles, ramfbTaken, findings);
            Facts facts = facts(known, vm, choice, consoles);
            ramfbTaken |= choice.ramfb();
            devices.add(new PlannedDevice(
                    candidate,
                    choice.display(),
                    choice.ramfb(),
                    choice.display() ? choice.resolutionOrNull() : null,
                    rules.properties(facts)));
        }
        if (vm.consoles().isEmpty() && devices.stream().noneMatch(PlannedDevice::display)) {
            consoles = List.of();
        }
        boolean withoutVideo = devices.stream().anyMatch(PlannedDevice::ramfb);
        boolean sharesMemory =
                devices.stream().anyMatch(device -> device.candidate().socket().isPresent());
        return new Plan(vm, devices, consoles, withoutVideo, sharesMemory, List.copyOf(findings));
    }

    private Choice choose(
            Candidate candidate,
            Facts known,
            VmFacts vm,
            Wishes wishes,
            List<Console> consoles,
            boolean ramfbTaken,
            Set<Finding> findings) {
        List<Choice> choices = choices(candidate, known, vm, wishes, ramfbTaken);
        List<Finding> against = new ArrayList<>();
        for (Choice choice : choices) {
            List<Finding> found = rules.findings(candidate.name(), facts(known, vm, choice, consoles));
            if (found.stream().noneMatch(Planner::blocks)) {
                String left = choice.display() ? "ramfb" : "The display";
                against.forEach(finding -> findings.add(asWarning(finding, left + " stays off")));
                findings.addAll(found);
                return choice;
            }
            found.stream().filter(Planner::blocks).forEach(against::add);
        }
        Choice asked = choices.getFirst();
        rules.findings(candidate.name(), facts(known, vm, asked, consoles)).stream()
                .filter(finding -> finding.severity() != Finding.Severity.INFO)
                .forEach(findings::add);
        return asked;
    }

    /** What the rules look at for a choice; which properties the rules set is one of these facts. */
    private Facts facts(Facts known, VmFacts vm, Choice choice, List<Console> consoles) {
        Facts facts = PlanFacts.with(known, vm, choice, consoles);
        List<String> overrides = new ArrayList<>(rules.properties(facts).keySet());
        if (choice.display() && choice.resolution().isPresent()) {
            overrides.addAll(List.of("xres", "yres"));
        }
        return overrides.isEmpty()
                ? facts
                : facts.toBuilder().put("plan.overrides", overrides).build();
    }

    /** What could be done, the best first. */
    private static List<Choice> choices(
            Candidate candidate, Facts known, VmFacts vm, Wishes wishes, boolean ramfbTaken) {
        List<String> kinds = known.all("device.display");
        boolean canDisplay = kinds.contains("region") || kinds.contains("dmabuf");
        boolean display = switch (wishes.display()) {
            case ON -> true;
            case OFF -> false;
            case AUTO -> canDisplay && candidate.socket().isEmpty();
        };
        boolean ramfb = switch (wishes.ramfb()) {
            case ON -> true;
            case OFF -> false;
            case AUTO ->
                display && canDisplay && !ramfbTaken && !vm.hasEmulatedVideo().orElse(false);
        };
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice(display, ramfb, ramfbTaken, wishes.resolutionOrNull()));
        if (ramfb && wishes.ramfb() == Wish.AUTO) {
            choices.add(new Choice(display, false, ramfbTaken, wishes.resolutionOrNull()));
        }
        if (display && wishes.display() == Wish.AUTO && wishes.ramfb() != Wish.ON) {
            choices.add(new Choice(false, false, ramfbTaken, wishes.resolutionOrNull()));
        }
        return choices;
    }

    private static boolean blocks(Finding finding) {
        return finding.severity() == Finding.Severity.BLOCKER;
    }

    /** What is against the better choice is why something was left off, and no longer in the way. */
    private static Finding asWarning(Finding finding, String leftOff) {
        String text = finding.text().startsWith(leftOff) ? finding.text() : leftOff + ". Otherwise: " + finding.text();
        return new Finding(finding.id(), Finding.Severity.WARNING, finding.subject(), text, finding.remedy());
    }

    private static Finding twice(Candidate candidate) {
        return new Finding(
                "device-twice",
                Finding.Severity.BLOCKER,
                candidate.name(),
                "The device is named twice, and a machine has a device once; QEMU would not start (device is already attached).",
                "Name it once.");
    }
}
