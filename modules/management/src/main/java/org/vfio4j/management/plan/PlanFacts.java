/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.plan;

import java.util.ArrayList;
import java.util.List;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.rule.Facts;

/** What the planning rules look at. docs/planning.md lists the names. */
final class PlanFacts {
    private PlanFacts() {}

    /** What is known of a device, its machine and what is wanted, before anything is chosen. */
    static Facts of(Candidate candidate, VmFacts vm, Wishes wishes) {
        Facts.Builder facts = candidate.more().toBuilder();
        device(facts, candidate);
        facts.put("qemu.version", vm.qemu())
                .put("libvirt.version", vm.libvirt())
                .put("vm.machine", vm.machine())
                .put("vm.s390", isS390(vm) ? "yes" : vm.machine().isPresent() ? "no" : "unknown")
                .put("vm.render-node", vm.renderNode().word())
                .put("wish.display", wishes.display().word())
                .put("wish.ramfb", wishes.ramfb().word())
                .put("wish.migration", wishes.migration().word())
                .put("manager", wishes.manager().word());
        return facts.build();
    }

    /** The same with what is chosen. libvirt gives a machine a video device where nobody says that there is none. */
    static Facts with(Facts known, VmFacts vm, Choice choice, List<Console> consoles) {
        boolean addsVideo = known.all("manager").contains(Wishes.Manager.LIBVIRT.word());
        List<String> videos = vm.videos().orElse(List.of());
        boolean videoGoes = choice.ramfb() || (choice.otherRamfb() && !videos.contains("ramfb"));
        List<Console> lost = Consoles.lost(consoles);
        Facts.Builder facts = known.toBuilder();
        facts.put("plan.display", choice.display() ? "on" : "off")
                .put("plan.ramfb", choice.ramfb() ? "on" : "off")
                .put("plan.other-ramfb", choice.otherRamfb())
                .put("plan.resolution", choice.resolution().map(Resolution::toString))
                .put("plan.replaced", replaced(vm, consoles))
                .put("vm.consoles", consoles.stream().map(Console::word).toList())
                .put("vm.lost-consoles", lost.stream().map(Console::word).toList())
                .put("vm.gl", consoles.stream().anyMatch(console -> console.hasGl() && !lost.contains(console)))
                .put("vm.own-gl", ownGl(vm, consoles))
                .put("vm.video", videos)
                .put("vm.emulated-video", !videoGoes && vm.hasEmulatedVideo().orElse(addsVideo))
                .put(
                        "vm.shared-memory",
                        vm.sharesMemoryOrNull() == null ? "unknown" : vm.sharesMemoryOrNull() ? "yes" : "no");
        return facts.build();
    }

    /** The consoles with OpenGL that the machine has whatever becomes of the device's display. */
    private static List<String> ownGl(VmFacts vm, List<Console> consoles) {
        return vm.consoles().orElse(List.of()).stream()
                .filter(console -> console.hasGl() && consoles.contains(console))
                .map(Console::word)
                .toList();
    }

    /** The consoles that the machine has and the plan has not. */
    private static List<String> replaced(VmFacts vm, List<Console> consoles) {
        return vm.consoles().orElse(List.of()).stream()
                .filter(console -> !consoles.contains(console))
                .map(Console::word)
                .toList();
    }

    private static void device(Facts.Builder facts, Candidate candidate) {
        HostDevice device = candidate.probe().device();
        facts.put("device", candidate.name())
                .put("device.kind", candidate.kind())
                .put("device.api", candidate.api())
                .put("device.driver", device.driver())
                .put("device.parent", device.parent())
                .put("device.type", device.type())
                .put("device.bound", device.isVfioBound())
                .put(
                        "device.in-use",
                        switch (device.usage().state()) {
                            case FREE -> "no";
                            case IN_USE -> "yes";
                            case UNKNOWN -> "unknown";
                        })
                .put("device.display", display(facts, candidate));
        answer(facts, candidate, "device.edid", Question.EDID);
        answer(facts, candidate, "device.migration", Question.MIGRATION);
        answer(facts, candidate, "device.dirty-tracking", Question.DIRTY_TRACKING);
    }

    /** {@code region}, {@code dmabuf}, both, {@code none} or {@code unknown}. */
    private static List<String> display(Facts.Builder facts, Candidate candidate) {
        Answer region = candidate.probe().answer(Question.DISPLAY_REGION);
        Answer dmabuf = candidate.probe().answer(Question.DISPLAY_DMABUF);
        List<String> kinds = new ArrayList<>();
        if (region instanceof Answer.Yes) {
            kinds.add("region");
        }
        if (dmabuf instanceof Answer.Yes) {
            kinds.add("dmabuf");
        }
        if (!kinds.isEmpty()) {
            return kinds;
        }
        if (region instanceof Answer.Unknown unknown) {
            because(facts, "device.display", unknown);
            return List.of("unknown");
        }
        if (dmabuf instanceof Answer.Unknown unknown) {
            because(facts, "device.display", unknown);
            return List.of("unknown");
        }
        return List.of("none");
    }

    private static void answer(Facts.Builder facts, Candidate candidate, String name, Question question) {
        Answer answer = candidate.probe().answer(question);
        facts.put(name, answer.word());
        switch (answer) {
            case Answer.Yes yes -> facts.put(name + ".flags", yes.flags());
            case Answer.Unknown unknown -> because(facts, name, unknown);
            case Answer.No no -> {}
        }
    }

    private static void because(Facts.Builder facts, String name, Answer.Unknown unknown) {
        facts.put(name + ".because", unknown.because()).put(name + ".remedy", unknown.remedy());
    }

    private static boolean isS390(VmFacts vm) {
        return vm.machine().filter(machine -> machine.startsWith("s390")).isPresent()
                || vm.architecture()
                        .filter(architecture -> architecture.startsWith("s390"))
                        .isPresent();
    }
}
