/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.ask;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.vfio4j.cli.common.Style;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.cli.source.HostColumn;
import org.vfio4j.management.host.HostDevice;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;

/** Probes for people: a line a device, and below them why something is unknown and what to do. */
final class ProbeTable {
    private static final Table.Cell UNKNOWN = new Table.Cell("unknown", Style.WARNING);

    private ProbeTable() {}

    static void print(Terminal terminal, HostColumn hosts, List<DeviceProbe> probes) {
        Table table = hosts.table("DEVICE", "TYPE", "DISPLAY", "EDID", "MIGRATION", "DIRTY TRACKING", "IN USE");
        for (DeviceProbe probe : probes) {
            hosts.row(
                    table,
                    probe,
                    plain(probe.device().name()),
                    plain(type(probe.device())),
                    display(probe),
                    cell(probe.answer(Question.EDID)),
                    cell(probe.answer(Question.MIGRATION)),
                    cell(probe.answer(Question.DIRTY_TRACKING)),
                    inUse(probe.device().usage()));
        }
        table.print(terminal);
        printUnknown(terminal, probes);
    }

    /** Every answer with the way it came by and its evidence. */
    static void printEvidence(Terminal terminal, List<DeviceProbe> probes) {
        Table table = new Table("QUESTION", "ANSWER", "WAY", "EVIDENCE");
        for (DeviceProbe probe : probes) {
            table.section(probe.device().name() + " (" + type(probe.device()) + ")");
            probe.answers()
                    .forEach((question, answer) -> table.row(
                            plain(question.word()), cell(answer), plain(answer.way()), plain(answer.evidence())));
        }
        terminal.out().println();
        table.print(terminal);
    }

    private static String type(HostDevice device) {
        return device.type().or(device::driver).orElse(device.kind().word());
    }

    /** How its display is had, in one cell: the two questions are answered yes by no device together. */
    private static Table.Cell display(DeviceProbe probe) {
        Answer region = probe.answer(Question.DISPLAY_REGION);
        Answer dmabuf = probe.answer(Question.DISPLAY_DMABUF);
        List<String> has = new ArrayList<>();
        if (region instanceof Answer.Yes) {
            has.add("region");
        }
        if (dmabuf instanceof Answer.Yes) {
            has.add("dmabuf");
        }
        if (!has.isEmpty()) {
            return new Table.Cell(String.join(", ", has), Style.GOOD);
        }
        boolean none = region instanceof Answer.No && dmabuf instanceof Answer.No;
        return none ? new Table.Cell("none", Style.FAINT) : UNKNOWN;
    }

    private static Table.Cell cell(Answer answer) {
        return switch (answer) {
            case Answer.Yes yes ->
                new Table.Cell(yes.flags().isEmpty() ? "yes" : String.join(", ", yes.flags()), Style.GOOD);
            case Answer.No _ -> new Table.Cell("no", Style.FAINT);
            case Answer.Unknown _ -> UNKNOWN;
        };
    }

    private static Table.Cell inUse(Usage usage) {
        return switch (usage.state()) {
            case FREE -> plain("no");
            case IN_USE -> new Table.Cell("yes", Style.WARNING);
            case UNKNOWN -> plain("unknown");
        };
    }

    private static Table.Cell plain(String text) {
        return new Table.Cell(text, Style.PLAIN);
    }

    /** One paragraph for each reason and the questions it leaves open, however many devices it concerns. */
    private static void printUnknown(Terminal terminal, List<DeviceProbe> probes) {
        Map<String, Unsettled> all = new LinkedHashMap<>();
        for (DeviceProbe probe : probes) {
            Map<String, Unsettled> own = new LinkedHashMap<>();
            probe.answers().forEach((question, answer) -> {
                if (answer instanceof Answer.Unknown unknown) {
                    own.computeIfAbsent(unknown.because() + "\n" + unknown.remedy(), k -> new Unsettled(unknown))
                            .add(question);
                }
            });
            own.forEach((reason, unsettled) -> all.computeIfAbsent(reason + unsettled.questions, k -> unsettled)
                    .add(probe.device().name()));
        }
        all.values().forEach(r -> r.print(terminal));
    }

    /** A reason and what it concerns. */
    private static final class Unsettled {
        private static final int NAMED = 2;

        private final Answer.Unknown first;
        private final Set<String> devices = new LinkedHashSet<>();
        private final Set<Question> questions = EnumSet.noneOf(Question.class);

        Unsettled(Answer.Unknown first) {
            this.first = first;
        }

        void add(Question question) {
            questions.add(question);
        }

        void add(String device) {
            devices.add(device);
        }

        void print(Terminal terminal) {
            terminal.out().println();
            terminal.out().println(Terminal.printable("Unknown for " + whom() + ": " + what()));
            terminal.entry("because", first.because());
            terminal.entry("seen", first.evidence());
            terminal.entry("to do", first.remedy());
        }

        private String whom() {
            List<String> names = List.copyOf(devices);
            return names.size() <= NAMED
                    ? String.join(" and ", names)
                    : names.getFirst() + " and " + (names.size() - 1) + " more";
        }

        private String what() {
            if (questions.size() == Question.values().length) {
                return "everything";
            }
            return String.join(
                    ", ",
                    questions.stream().map(q -> q.word().replace('-', ' ')).toList());
        }
    }
}
