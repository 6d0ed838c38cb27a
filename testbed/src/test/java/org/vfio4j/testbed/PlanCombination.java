/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.vfio4j.management.host.DeviceKind;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.plan.Candidate;
import org.vfio4j.management.plan.Console;
import org.vfio4j.management.plan.LibvirtXml;
import org.vfio4j.management.plan.Plan;
import org.vfio4j.management.plan.Planner;
import org.vfio4j.management.plan.QemuArguments;
import org.vfio4j.management.plan.RenderNode;
import org.vfio4j.management.plan.Resolution;
import org.vfio4j.management.plan.VmFacts;
import org.vfio4j.management.plan.Wish;
import org.vfio4j.management.plan.Wishes;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;
import org.vfio4j.management.rule.Facts;
import org.vfio4j.management.rule.Version;

/**
 * What is planned for one of the samples, each of all consoles, some pairs of them and none, and the wishes that change something.
 *
 * @param name what was asked
 * @param xml the plan as libvirt's
 * @param arguments the plan as QEMU's
 */
record PlanCombination(String name, String xml, List<String> arguments) {
    private static final Planner PLANNER = new Planner(Planner.rules());

    /** All whose XML differs. */
    static List<PlanCombination> different() {
        Map<String, PlanCombination> byXml = new LinkedHashMap<>();
        for (String type : List.of("mdpy-xga", "mbochs-medium", "mtty-1")) {
            for (List<Console> consoles : consoles()) {
                for (Wish display : Wish.values()) {
                    for (Wish ramfb : Wish.values()) {
                        for (Wish migration : Wish.values()) {
                            for (boolean sized : List.of(false, true)) {
                                Wishes wishes = new Wishes(
                                        display,
                                        ramfb,
                                        migration,
                                        sized ? new Resolution(1280, 800) : null,
                                        Wishes.Manager.LIBVIRT);
                                add(type, consoles, wishes, byXml);
                            }
                        }
                    }
                }
            }
        }
        return List.copyOf(byXml.values());
    }

    private static void add(
            String type, @Nullable List<Console> consoles, Wishes wishes, Map<String, PlanCombination> byXml) {
        VmFacts vm = VmFacts.UNKNOWN
                .versions(
                        Version.parse("11.1.3").orElseThrow(),
                        Version.parse("11.3.0").orElseThrow())
                .machine("q35", "x86_64")
                .renderNode(new RenderNode.At("/dev/dri/renderD128"))
                .consoles(consoles);
        Plan plan = PLANNER.plan(List.of(candidate(type)), vm, wishes);
        if (plan.works()) {
            String xml = LibvirtXml.alone(plan);
            String name = type + " on " + (consoles == null ? "whatever" : consoles) + " with " + wishes;
            byXml.putIfAbsent(xml, new PlanCombination(name, xml, QemuArguments.of(plan)));
        }
    }

    private static List<@Nullable List<Console>> consoles() {
        List<@Nullable List<Console>> all = new ArrayList<>();
        all.add(null);
        all.add(List.of());
        Arrays.stream(Console.values()).map(List::of).forEach(all::add);
        all.add(List.of(Console.VNC, Console.EGL_HEADLESS));
        all.add(List.of(Console.SPICE, Console.EGL_HEADLESS));
        all.add(List.of(Console.VNC, Console.SPICE));
        return all;
    }

    /** A device that answers as the kernel's sample does. */
    private static Candidate candidate(String type) {
        Sample sample = Sample.ALL.stream()
                .filter(each -> each.type().equals(type))
                .findFirst()
                .orElseThrow();
        return candidate(sample.uuid(), sample.driver(), type, null);
    }

    /** The same of any driver and interface. */
    static Candidate candidate(String uuid, String driver, String type, @Nullable String api) {
        Map<Question, Answer> answers = new EnumMap<>(Question.class);
        Stream.of(Question.values()).forEach(question -> answers.put(question, answer(driver, question)));
        HostDevice device =
                new HostDevice(uuid, DeviceKind.MDEV, driver, type, driver, null, true, null, null, Usage.FREE);
        return new Candidate(new DeviceProbe(device, answers), api, null, Facts.none());
    }

    private static Answer answer(String driver, Question question) {
        boolean yes = switch (question) {
            case DISPLAY_REGION -> driver.equals("mdpy");
            case DISPLAY_DMABUF, EDID -> driver.equals("mbochs");
            case MIGRATION, DIRTY_TRACKING -> driver.equals("mtty");
        };
        return yes ? new Answer.Yes("open", "asked") : new Answer.No("open", "asked");
    }
}
