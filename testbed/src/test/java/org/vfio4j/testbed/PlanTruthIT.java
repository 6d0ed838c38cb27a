/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.management.explain.Explanations;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotReader;

/**
 * Planner against QEMU 11.1 on the kernel's mdpy, mbochs and mtty: every row of plan/truth.txt, and whatever the planner plans in place of what it
 * refuses, is started in one VM.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(KernelSnapshots.Resolver.class)
class PlanTruthIT {
    private static final Explanations EXPLANATIONS = Explanations.builtIn();

    private final List<TruthRow> rows = TruthRow.all();
    private final Map<Integer, TruthPlan> plans = new LinkedHashMap<>();
    private Map<List<String>, Integer> replacements = Map.of();
    private Map<Integer, TruthRun> runs = Map.of();

    @BeforeAll
    void startAll(@TempDir Path folder, KernelSnapshots kernels) throws IOException, InterruptedException {
        Snapshot host = SnapshotReader.read(kernels.of("stock").getBytes(StandardCharsets.UTF_8));
        rows.forEach(row -> plans.put(row.number(), new TruthPlan(row, host)));
        TruthScript script = new TruthScript();
        rows.forEach(row -> script.add(row, plan(row)));
        script.write(folder);
        replacements = script.replacements();

        KernelVm.Result all = new KernelVm(
                        "--memory",
                        "2048",
                        "--timeout",
                        "1700",
                        "--share",
                        "rows=" + folder,
                        "--share",
                        "judges=" + PlanJudges.place())
                .script("truth");
        assertThat(all.exitCode()).as(all.out() + all.err()).isZero();
        runs = TruthRun.read(all.out());
    }

    List<TruthRow> rows() {
        return rows;
    }

    Stream<List<String>> replacements() {
        return replacements.keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void qemuDoesWhatTheTableSays(TruthRow row) {
        TruthRun run = run(row.number());

        String outcome = run.outcome(row.qemu());
        if (row.qemu().startsWith("refuses: ")) {
            assertThat(outcome)
                    .as(run.everything())
                    .startsWith("refuses: ")
                    .contains(row.qemu().substring(9));
        } else {
            assertThat(outcome).as(run.everything()).isEqualTo(row.qemu());
        }
        if (row.qemu().startsWith("shows 1024x768")) {
            assertThat(run.showsGradient()).as("the picture is mdpy's").isTrue();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void thePlannerSaysTheSame(TruthRow row) {
        if (!row.isPlanned()) {
            return;
        }
        TruthPlan plan = plan(row);
        List<Finding> against = plan.against();

        assertThat(
                        against.isEmpty()
                                ? "works"
                                : against.stream().map(Finding::id).collect(Collectors.joining(", ")))
                .isEqualTo(row.planner());
        if (row.works()) {
            assertThat(TruthPlan.properties(plan.asked()))
                    .containsAll(row.properties().entrySet());
        } else {
            List<String> errors = run(row.number()).errors();
            assertThat(against)
                    .as("what is predicted in brackets is part of: " + errors)
                    .anyMatch(finding -> errors.stream().anyMatch(error -> error.contains(predicted(finding))));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whatQemuComplainsOfIsExplained(TruthRow row) {
        String complaint = run(row.number()).complaint(row.qemu());
        if (!complaint.isEmpty()) {
            assertThat(EXPLANATIONS.of(complaint)).as(complaint).anyMatch(explanation -> !explanation.isHarmless());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replacements")
    void whatIsPlannedInsteadStarts(List<String> arguments) {
        TruthRun run = run(replacements.getOrDefault(arguments, 0));

        assertThat(run.starts()).as(run.everything()).isTrue();
    }

    /** The text of QEMU that a rule's text has in its last brackets. */
    private static String predicted(Finding finding) {
        String text = finding.text();
        int from = text.indexOf('(', text.indexOf("QEMU would not start"));
        assertThat(from).as("a rule that says how QEMU refuses: " + text).isPositive();
        int depth = 0;
        int to = from;
        do {
            depth += text.charAt(to) == '(' ? 1 : text.charAt(to) == ')' ? -1 : 0;
            to++;
        } while (depth > 0);
        return text.substring(from + 1, to - 1);
    }

    private TruthPlan plan(TruthRow row) {
        return assertThat(plans.get(row.number())).isNotNull().actual();
    }

    private TruthRun run(int number) {
        return assertThat(runs.get(number)).as("a run of " + number).isNotNull().actual();
    }
}
