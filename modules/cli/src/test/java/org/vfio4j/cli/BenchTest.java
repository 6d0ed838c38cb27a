/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code bench/all} reruns every figure of docs/performance.md: its parts and the document's headings and commands are the same. */
class BenchTest {
    private static final Path PROJECT = Path.of("../..");

    /** A line of {@code bench/parts}. */
    record Part(String name, String heading, String command) {}

    @Test
    void everyCommandOfTheDocumentIsAPartOfItsHeading() throws IOException {
        sections()
                .forEach((heading, text) -> commands(text)
                        .forEach(command -> assertThat(commandsOf(heading))
                                .as("bench/parts has the commands of \"%s\"", heading)
                                .contains(command)));
    }

    @Test
    void everyPartIsNamedUnderItsHeading() throws IOException {
        Map<String, String> sections = sections();
        for (Part part : parts()) {
            assertThat(sections).as("headings of docs/performance.md").containsKey(part.heading());
            assertThat(joined(sections.getOrDefault(part.heading(), "")))
                    .as("the document names the command of %s", part.name())
                    .contains(part.command());
        }
    }

    @Test
    void everyHeadingHasAPart() throws IOException {
        List<String> main = Files.readAllLines(PROJECT.resolve("docs/performance.md")).stream()
                .filter(line -> line.startsWith("## "))
                .map(line -> line.substring("## ".length()))
                .toList();
        assertThat(parts().stream().map(Part::heading)).containsAll(main);
    }

    @Test
    void everyScriptIsThere() throws IOException {
        for (Part part : parts()) {
            for (String word : part.command().split(" ", -1)) {
                if (word.startsWith("bench/")) {
                    assertThat(PROJECT.resolve(word)).isRegularFile();
                }
            }
            if (part.command().startsWith("bench/")) {
                assertThat(PROJECT.resolve(part.command())).isExecutable();
            }
        }
    }

    private static List<Part> parts() throws IOException {
        return Files.readAllLines(PROJECT.resolve("bench/parts")).stream()
                .map(line -> line.split("\\|", -1))
                .map(cells -> new Part(cells[0], cells[1], cells[2]))
                .toList();
    }

    private static List<String> commandsOf(String heading) {
        try {
            return parts().stream()
                    .filter(part -> part.heading().equals(heading))
                    .map(Part::command)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands under each heading, up to the next. */
    private static Map<String, String> sections() throws IOException {
        Map<String, String> sections = new LinkedHashMap<>();
        String heading = "";
        for (String line : Files.readAllLines(PROJECT.resolve("docs/performance.md"))) {
            if (line.startsWith("#")) {
                heading = line.replaceFirst("^#+ ", "");
            }
            sections.merge(heading, line, (a, b) -> a + "\n" + b);
        }
        return sections;
    }

    /** With the lines that a backslash continues in one. */
    private static String joined(String text) {
        return text.replaceAll("\\\\\n *", "");
    }

    /** The commands of its blocks, without the optional words that are shown behind them. */
    private static List<String> commands(String text) {
        return Arrays.stream(joined(text).split("\n", -1))
                .filter(line -> line.matches(" {4}(bench/|mvn |java ).*") && !line.contains("bench/all"))
                .map(line -> line.strip().replaceFirst(" \\[.*", ""))
                .toList();
    }
}
