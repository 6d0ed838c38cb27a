/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli.ask;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vfio4j.cli.common.Style;
import org.vfio4j.cli.common.Table;
import org.vfio4j.cli.common.Terminal;
import org.vfio4j.management.probe.Answer;
import org.vfio4j.management.probe.Comparison;
import org.vfio4j.management.probe.Question;

/** Every way of asking beside every other, for people: what each learned of each device; below, what it needed and touched. */
final class CompareTable {
    private CompareTable() {}

    static void print(Terminal terminal, List<Comparison> comparisons) {
        Table table = new Table("WAY", "REGION", "DMABUF", "EDID", "MIGRATION", "DIRTY TRACKING");
        for (Comparison comparison : comparisons) {
            table.section(comparison.device().name() + " ("
                    + comparison.device().type().or(comparison.device()::driver).orElse("no driver") + ")");
            comparison.rows().forEach(row -> row(table, row));
        }
        table.print(terminal);
        terminal.out().println("-: that way says nothing about it");
        ways(terminal, comparisons);
        reasons(terminal, comparisons);
    }

    private static void row(Table table, Comparison.Row row) {
        if (row.absence().isPresent()) {
            return;
        }
        table.row(
                new Table.Cell(row.way(), Style.PLAIN),
                cell(row, Question.DISPLAY_REGION),
                cell(row, Question.DISPLAY_DMABUF),
                cell(row, Question.EDID),
                cell(row, Question.MIGRATION),
                cell(row, Question.DIRTY_TRACKING));
    }

    private static Table.Cell cell(Comparison.Row row, Question question) {
        Answer answer = row.learned().get(question);
        return switch (answer) {
            case null -> new Table.Cell("-", Style.FAINT);
            case Answer.Yes yes ->
                new Table.Cell(yes.flags().isEmpty() ? "yes" : "yes: " + String.join(", ", yes.flags()), Style.GOOD);
            case Answer.No no -> new Table.Cell("no", Style.FAINT);
            case Answer.Unknown unknown -> new Table.Cell("unknown", Style.WARNING);
        };
    }

    private static void ways(Terminal terminal, List<Comparison> comparisons) {
        Table table = new Table("WAY", "NEEDS", "TOUCHES");
        Map<String, Comparison.Row> known = new LinkedHashMap<>();
        for (Comparison comparison : comparisons) {
            for (Comparison.Row row : comparison.rows()) {
                known.merge(row.way(), row, (first, second) -> first.absence().isPresent() ? second : first);
            }
        }
        known.values()
                .forEach(row -> table.row(
                        row.way(),
                        row.absence().map(why -> "not offered: " + why).orElse(row.needs()),
                        row.touches()));
        terminal.out().println();
        table.print(terminal);
    }

    /** Each reason once, with the way and the first device it concerns. */
    private static void reasons(Terminal terminal, List<Comparison> comparisons) {
        Map<String, Answer.Unknown> reasons = new LinkedHashMap<>();
        Map<String, String> devices = new LinkedHashMap<>();
        for (Comparison comparison : comparisons) {
            for (Comparison.Row row : comparison.rows()) {
                row.learned().values().forEach(answer -> {
                    if (answer instanceof Answer.Unknown unknown) {
                        String key = unknown.way() + "\n" + unknown.because();
                        reasons.putIfAbsent(key, unknown);
                        devices.putIfAbsent(key, comparison.device().name());
                    }
                });
            }
        }
        reasons.forEach((key, unknown) -> {
            terminal.out().println();
            terminal.out().println("Unknown by " + unknown.way() + ", such as " + devices.get(key) + ":");
            terminal.entry("because", unknown.because());
            terminal.entry("seen", unknown.evidence());
            terminal.entry("to do", unknown.remedy());
        });
    }
}
