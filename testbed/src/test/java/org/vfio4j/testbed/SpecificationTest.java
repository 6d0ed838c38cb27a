/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every promise of SPECIFICATION.md names what holds it: tests that are there, or a script of the package's. */
class SpecificationTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern PROMISE = Pattern.compile("^\\d+\\. ", Pattern.MULTILINE);
    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))(?:\\.(\\w+))?`");
    private static final Pattern SCRIPT = Pattern.compile("`(packaging/test-[\\w-]+)`");

    @Test
    void everyPromiseNamesATestThatIsThere() throws IOException {
        Map<String, Path> tests = tests();
        String[] promises = PROMISE.split(Files.readString(PROJECT.resolve("SPECIFICATION.md")));

        assertThat(promises).hasSizeGreaterThan(20);
        for (int i = 1; i < promises.length; i++) {
            List<MatchResult> named = NAMED.matcher(promises[i]).results().toList();
            List<MatchResult> scripts = SCRIPT.matcher(promises[i]).results().toList();
            assertThat(named.size() + scripts.size()).as("promise %d", i).isPositive();
            for (MatchResult script : scripts) {
                assertThat(PROJECT.resolve(script.group(1))).as("promise %d", i).isExecutable();
            }
            for (MatchResult test : named) {
                assertThat(tests).as("promise %d", i).containsKey(test.group(1));
                if (test.group(2) != null) {
                    assertThat(tests.get(test.group(1))).content().contains(" " + test.group(2) + "(");
                }
            }
        }
    }

    private static Map<String, Path> tests() throws IOException {
        try (Stream<Path> modules = Files.list(PROJECT.resolve("modules"))) {
            return Stream.concat(modules, Stream.of(PROJECT.resolve("testbed")))
                    .map(m -> m.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .flatMap(SpecificationTest::sources)
                    .collect(Collectors.toMap(
                            p -> p.getFileName().toString().replace(".java", ""), Function.identity(), (a, b) -> a));
        }
    }

    private static Stream<Path> sources(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(p -> p.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
