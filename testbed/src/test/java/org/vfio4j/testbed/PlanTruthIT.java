/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.management.explain.Explanations;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.plan.Plan;
import org.vfio4j.management.snapshot.Snapshot;
import org.vfio4j.management.snapshot.SnapshotReader;

/**
 * Planner against QEMU 11.1 on the kernel's mdpy, mbochs and mtty: every row of plan/truth.txt, and whatever the planner plans in place of what it
 * refuses, is started in one VM.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanTruthIT {
    private static final Explanations EXPLANATIONS = Explanations.builtIn();

    private final List<TruthRow> rows = TruthRow.all();
    private final Map<Integer, TruthPlan> plans = new LinkedHashMap<>();

    /** By the arguments: which plans were made in place of a row's, and their numbers among the runs. */
    private final Map<List<String>, Integer> replacements = new LinkedHashMap<>();

    private Map<Integer, TruthRun> runs = Map.of();

    @BeforeAll
    void startAll(@TempDir Path folder) throws IOException, InterruptedException {
        KernelVm.Result taken = new KernelVm().script("snapshot-out");
        assertThat(taken.exitCode()).as(taken.err()).isZero();
        Snapshot host = SnapshotReader.read(taken.out().getBytes(StandardCharsets.UTF_8));
        rows.forEach(row -> plans.put(row.number(), new TruthPlan(row, host)));
        Files.writeString(folder.resolve("rows"), script());

        KernelVm.Result all = new KernelVm(
                        "--memory",
                        "2048",
                        "--timeout",
                        "1100",
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

    /** What the guest's script is to do, a row after the other. */
    private String script() {
        StringBuilder script = new StringBuilder();
        boolean gpu = false;
        for (TruthRow row : rows) {
            TruthPlan plan = plan(row);
            if (!gpu && !row.has("no-gpu")) {
                script.append("gpu\n");
                gpu = true;
            }
            for (int i = 0; i < row.devices().size(); i++) {
                String type = row.devices().get(i);
                if (type.endsWith("*")) {
                    script.append(
                            "make " + type.replace("*", "") + " " + plan.uuids().get(i) + "\n");
                }
            }
            if (row.has("held")) {
                script.append("hold " + plan.uuids().getFirst() + "\n");
            }
            script.append(run(row, plan));
            if (row.isPlanned() && !row.works() && !row.has("held")) {
                script.append(replace(plan));
            }
        }
        return script.toString();
    }

    private static String run(TruthRow row, TruthPlan plan) {
        List<String> arguments = plan.arguments();
        String how = row.has("save") ? "save" : row.has("load") ? "load" : "start";
        String what = "";
        if (row.has("load")) {
            arguments.addAll(List.of("-incoming", "defer"));
        }
        if (row.has("remove")) {
            how = "remove";
            what = plan.uuids().getFirst();
        }
        if (row.condition("plug").isPresent()) {
            how = "plug";
            what = plugged(row, plan.uuids().getFirst(), row.condition("plug").get());
        }
        return line(row.number(), how, what, row.condition("user").orElse("root"), arguments);
    }

    /** Plans in place of what the planner refuses, each once. */
    private String replace(TruthPlan plan) {
        StringBuilder script = new StringBuilder();
        for (Plan planned : List.of(plan.asked(), plan.instead())) {
            List<String> arguments = plan.machine(planned);
            if (planned.works() && !replacements.containsKey(arguments)) {
                int number = 1000 + replacements.size();
                replacements.put(arguments, number);
                script.append(line(number, "start", "", "root", arguments));
            }
        }
        return script.toString();
    }

    private static String plugged(TruthRow row, String uuid, String bus) {
        return Stream.of(row.device(uuid).split(",", -1))
                .map(property -> property.contains("=") ? property : "driver=" + property)
                .map(property -> property.split("=", 2))
                .map(pair -> "\"" + pair[0] + "\": "
                        + (pair[0].equals("ramfb") ? pair[1].equals("on") : "\"" + pair[1] + "\""))
                .collect(Collectors.joining(", ", "{", ", \"id\": \"plugged\", \"bus\": \"" + bus + "\"}"));
    }

    private static String line(int number, String how, String what, String user, List<String> arguments) {
        List<String> words = new ArrayList<>(List.of(String.valueOf(number), how, what, user));
        words.addAll(arguments);
        return words.stream()
                .map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" ", "run ", "\n"));
    }
}
