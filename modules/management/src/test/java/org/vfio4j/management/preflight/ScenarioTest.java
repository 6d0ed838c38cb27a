/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.management.host.Finding;
import org.vfio4j.management.rule.Rule;

/**
 * Every scenario finds what it says, and together they reach every rule. Run with -Dgolden.update=true to write what is found into the files, and
 * read the difference before it is committed.
 */
class ScenarioTest {
    private static final Path FOLDER = Path.of("src/test/resources/org/vfio4j/management/preflight/scenarios");

    private static final Pattern EXPECT = Pattern.compile("\"expect\": \\[[^\\]]*\\]");
    private static final int LINE = 118;

    static Stream<Path> scenarios() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void findsWhatItSays(Path file) throws IOException {
        Scenario scenario = Scenario.read(Files.readAllBytes(file));

        Report report = scenario.check();

        if (Boolean.getBoolean("golden.update")) {
            String text = Files.readString(file);
            Files.writeString(file, EXPECT.matcher(text).replaceFirst(expect(report)));
            return;
        }
        assertThat(Scenario.shown(report.findings())).as(scenario.title()).isEqualTo(scenario.expected());
        Map<String, String> mappings = new LinkedHashMap<>();
        report.devices().forEach(m -> mappings.put(m.source(), m.destination()));
        assertThat(Scenario.sorted(mappings)).as(scenario.title()).isEqualTo(Scenario.sorted(scenario.mappings()));
        for (Finding finding : report.findings()) {
            assertThat(finding.text() + finding.remedy()).as(finding.id()).doesNotContain("{", "}");
        }
    }

    private static String expect(Report report) {
        List<String> found = Scenario.shown(report.findings()).stream()
                .map(finding -> '"' + finding + '"')
                .toList();
        String inOneLine = "\"expect\": [" + String.join(", ", found) + "]";
        return inOneLine.length() <= LINE ? inOneLine : "\"expect\": [\n    " + String.join(",\n    ", found) + "\n  ]";
    }

    @Test
    void reachEveryRule() throws IOException {
        TreeSet<String> reached = new TreeSet<>();
        List<Path> files = scenarios().toList();
        assertThat(files).hasSizeGreaterThanOrEqualTo(40);
        for (Path file : files) {
            Scenario.read(Files.readAllBytes(file)).check().findings().forEach(f -> reached.add(f.id()));
        }

        assertThat(Preflight.rules().rules()).extracting(Rule::id).allMatch(reached::contains);
    }
}
