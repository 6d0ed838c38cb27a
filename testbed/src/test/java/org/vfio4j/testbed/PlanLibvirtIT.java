/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.difflib.UnifiedDiffUtils;
import com.github.difflib.patch.PatchFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every XML that we emit, before libvirt: its schema takes it, and its QEMU driver makes of it what we would give to QEMU ourselves, in what concerns
 * devices, their displays and consoles.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlanLibvirtIT {
    private static final Path SCENARIOS = Path.of("../modules/management/src/test/scenarios/plan");
    private static final Path DOMAINS = Path.of("src/test/domains");
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Map<String, List<String>> ours = new LinkedHashMap<>();
    private Set<String> againstTheSchema = Set.of();
    private Map<String, PlanJudges.Answer> answers = Map.of();

    @BeforeAll
    void ask(@TempDir Path folder) throws Exception {
        PlanJudges judges = new PlanJudges(folder);
        scenarios(judges);
        combinations(judges);
        wholeDomains(folder, judges);
        againstTheSchema = judges.againstTheSchema();
        answers = judges.arguments();
    }

    Stream<String> names() {
        return ours.keySet().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void theSchemaTakesWhatWeEmit(String name) {
        assertThat(againstTheSchema).doesNotContain(name);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void libvirtMakesOurArgumentsOfWhatWeEmit(String name) {
        PlanJudges.Answer answer =
                assertThat(answers.get(name)).as(name).isNotNull().actual();
        assertThat(answer.takes()).as(answer.text()).isTrue();
        QemuLine theirs = QemuLine.parse(answer.text());
        List<String> arguments = ours.getOrDefault(name, List.of());
        QemuLine mine = QemuLine.of(arguments);

        assertThat(theirs.devices()).as(answer.text()).isEqualTo(mine.devices());
        assertThat(mine.namesRenderNode() ? theirs.consoles() : theirs.consolesOfAnyNode())
                .as(answer.text())
                .isEqualTo(mine.consoles());
        if (arguments.contains("memory-backend=mem")) {
            assertThat(theirs.sharesMemory()).as(answer.text()).isTrue();
        }
        if (arguments.contains("none")) {
            assertThat(theirs.videos()).as(answer.text()).isEmpty();
        }
    }

    /** What PlanScenarioTest holds to be planned. */
    private void scenarios(PlanJudges judges) throws IOException, PatchFailedException {
        List<Path> files;
        try (Stream<Path> all = Files.list(SCENARIOS)) {
            files = all.sorted().toList();
        }
        for (Path file : files) {
            JsonNode scenario = MAPPER.readTree(Files.readAllBytes(file));
            JsonNode expected = scenario.path("expected");
            if (!expected.has("libvirt") && !expected.has("diff")) {
                continue;
            }
            String name = "scenario " + file.getFileName();
            JsonNode vm = scenario.path("vm");
            String xml = expected.has("diff")
                    ? String.join("\n", patched(lines(scenario.path("domain")), lines(expected.path("diff")))) + "\n"
                    : PlanJudges.whole(
                            String.join("\n", lines(expected.path("libvirt"))) + "\n",
                            vm.path("arch").asString("x86_64"),
                            vm.path("machine").asString("q35"));
            judges.add(name, xml);
            List<String> arguments = new ArrayList<>();
            lines(expected.path("qemu")).forEach(line -> arguments.addAll(List.of(line.split(" ", 2))));
            ours.put(name, arguments);
        }
        assertThat(ours).hasSizeGreaterThan(35);
    }

    private static List<String> patched(List<String> domain, List<String> diff) throws PatchFailedException {
        return diff.isEmpty() ? domain : UnifiedDiffUtils.parseUnifiedDiff(diff).applyTo(domain);
    }

    private static List<String> lines(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }

    private void combinations(PlanJudges judges) throws IOException {
        for (PlanCombination combination : PlanCombination.different()) {
            judges.add(combination.name(), PlanJudges.whole(combination.xml(), "x86_64", "q35"));
            ours.put(combination.name(), combination.arguments());
        }
    }

    /** By the command, as its user has it. */
    private void wholeDomains(Path folder, PlanJudges judges) throws IOException, InterruptedException {
        List<Path> files;
        try (Stream<Path> all = Files.list(DOMAINS)) {
            files = all.sorted().toList();
        }
        assertThat(files).hasSizeGreaterThanOrEqualTo(6);
        for (Path file : files) {
            String head = Files.readAllLines(file).getFirst();
            assertThat(head)
                    .as("the arguments of vfio plan, which in a comment cannot have dashes")
                    .startsWith("<!-- vfio plan ");
            List<String> options = Stream.of(head.replace("<!-- vfio plan ", "")
                            .replace(" -->", "")
                            .split(" ", -1))
                    .flatMap(word -> Stream.of(word.contains("=") ? ("--" + word).split("=", 2) : new String[] {word}))
                    .toList();
            String name = "domain " + file.getFileName();
            judges.add(name + " as it was", Files.readString(file));
            judges.add(name, plan(folder, file, "libvirt", options).out());
            ours.put(name, unquoted(plan(folder, file, "qemu", options).out()));
        }
    }

    private static Serving.Result plan(Path folder, Path file, String format, List<String> options)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("plan"));
        line.addAll(options);
        line.addAll(List.of(
                "--host", "demo", "--qemu", "11.1.3", "--libvirt", "11.3.0", "--render-node", "/dev/dri/renderD128"));
        line.addAll(List.of("--domain", file.toString(), "--format", format));
        Serving.Result plan = Serving.vfio(folder, line);
        assertThat(plan.exitCode()).as(line + plan.err()).isZero();
        return plan;
    }

    /** The arguments that vfio plan prints for a shell. */
    private static List<String> unquoted(String printed) {
        List<String> arguments = new ArrayList<>();
        for (String line : printed.lines().toList()) {
            String[] pair = line.replaceFirst(" \\\\$", "").split(" ", 2);
            arguments.add(pair[0]);
            arguments.add(pair[1].startsWith("'") ? pair[1].substring(1, pair[1].length() - 1) : pair[1]);
        }
        return arguments;
    }
}
