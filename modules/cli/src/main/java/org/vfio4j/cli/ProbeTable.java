/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.management.host.Usage;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.DeviceProbe;
import org.vfio4j.management.probe.Question;

/** Probes for people: a line a device, and below them why something is unknown and what to do. */
final class ProbeTable {
    private final Terminal terminal;

    ProbeTable(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(List<DeviceProbe> probes) {
        Table table = new Table(
                "DEVICE", "TYPE", "DISPLAY REGION", "DISPLAY DMABUF", "EDID", "MIGRATION", "DIRTY TRACKING", "IN USE");
        for (DeviceProbe probe : probes) {
            table.row(
                    plain(probe.device().name()),
                    plain(probe.device()
                            .type()
                            .or(probe.device()::driver)
                            .orElse(probe.device().kind().word())),
                    cell(probe, Question.DISPLAY_REGION),
                    cell(probe, Question.DISPLAY_DMABUF),
                    cell(probe, Question.EDID),
                    cell(probe, Question.MIGRATION),
                    cell(probe, Question.DIRTY_TRACKING),
                    plain(inUse(probe.device().usage())));
        }
        table.print(terminal);
        printUnknown(probes);
    }

    /** Every answer with the way it came by and its evidence. */
    void printEvidence(List<DeviceProbe> probes) {
        Table table = new Table("DEVICE", "QUESTION", "ANSWER", "WAY", "EVIDENCE");
        for (DeviceProbe probe : probes) {
            probe.answers()
                    .forEach((question, answer) -> table.row(
                            plain(probe.device().name()),
                            plain(question.word()),
                            cell(probe, question),
                            plain(answer.way()),
                            plain(answer.evidence())));
        }
        terminal.out().println();
        table.print(terminal);
    }

    static String inUse(Usage usage) {
        return switch (usage.state()) {
            case FREE -> "no";
            case IN_USE ->
                usage.holders().isEmpty()
                        ? "yes"
                        : "by "
                                + String.join(
                                        ", ",
                                        usage.holders().stream()
                                                .map(Usage.Holder::toString)
                                                .toList());
            case UNKNOWN -> "?";
        };
    }

    /** One paragraph for each reason, however many devices it concerns. */
    private void printUnknown(List<DeviceProbe> probes) {
        Map<String, Unsettled> reasons = new LinkedHashMap<>();
        for (DeviceProbe probe : probes) {
            probe.answers().forEach((question, answer) -> {
                if (answer instanceof Answer.Unknown unknown) {
                    reasons.computeIfAbsent(unknown.because() + "\n" + unknown.remedy(), k -> new Unsettled(unknown))
                            .add(probe.device().name());
                }
            });
        }
        reasons.values().forEach(r -> r.print(terminal));
    }

    private static Table.Cell cell(DeviceProbe probe, Question question) {
        return switch (probe.answer(question)) {
            case Answer.Yes yes ->
                new Table.Cell(yes.flags().isEmpty() ? "yes" : "yes: " + String.join(", ", yes.flags()), Style.GOOD);
            case Answer.No no -> new Table.Cell("no", Style.FAINT);
            case Answer.Unknown unknown -> new Table.Cell("unknown", Style.WARNING);
        };
    }

    private static Table.Cell plain(String text) {
        return new Table.Cell(text, Style.PLAIN);
    }

    /** A reason and whom it concerns. */
    private static final class Unsettled {
        private static final int NAMED = 3;

        private final Answer.Unknown unknown;
        private final Map<String, Boolean> devices = new LinkedHashMap<>();

        Unsettled(Answer.Unknown unknown) {
            this.unknown = unknown;
        }

        void add(String device) {
            devices.put(device, true);
        }

        void print(Terminal terminal) {
            List<String> names = List.copyOf(devices.keySet());
            String whom = names.size() <= NAMED
                    ? String.join(", ", names)
                    : String.join(", ", names.subList(0, NAMED)) + " and " + (names.size() - NAMED) + " more";
            terminal.out().println();
            terminal.out()
                    .println(Terminal.printable(whom) + ": unknown, because " + Terminal.printable(unknown.because())
                            + ".");
            terminal.out().println("  Seen: " + Terminal.printable(unknown.evidence()));
            terminal.out().println("  To settle it: " + Terminal.printable(unknown.remedy()));
        }
    }
}
