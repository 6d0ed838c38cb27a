/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.cli.common.Command;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;

/** Every command line of {@code vfio} in the documents, and in the commands' own help, is one that the command takes, and those for any machine work. */
class DocsTest {
    private static final Path PROJECT = Path.of("../..");

    /** A line of a code block (indented or fenced), or what stands between backticks. */
    private static final Pattern CODE = Pattern.compile(
            "^(?: {4}|)((?:[^`\n]*[|;] |\\$ |[A-Z0-9_]+=\\S+ )?(?:\\./)?vfio [^`]*?)$|`((?:\\./)?vfio [^`\n]+)`",
            Pattern.MULTILINE);

    /** Where the words of a command end: a pipe, a redirection, a comment, or the blanks before an explanation. */
    private static final Pattern END = Pattern.compile("  |[|;&<>#]|\\\\$");

    /** In a block, what a line is about stands beside it. */
    private static final Pattern EXPLANATION = Pattern.compile(" {2,}");

    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    record Line(Path file, List<String> words, boolean block) {
        @Override
        public String toString() {
            return PROJECT.relativize(file) + ": vfio " + String.join(" ", words);
        }
    }

    static List<Line> lines() throws IOException {
        List<Line> lines = new ArrayList<>();
        try (Stream<Path> docs = Files.walk(PROJECT.resolve("docs"))) {
            Stream.concat(docs, Stream.of(PROJECT.resolve("README.md"), PROJECT.resolve("SECURITY.md")))
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .forEach(file -> lines.addAll(lines(file)));
        }
        return lines;
    }

    /** The examples that the commands' help ends with. */
    static List<Line> examples() {
        return AllCommands.inOrder().stream()
                .flatMap(c -> Stream.concat(Stream.of(c), c.parts().stream()))
                .map(Command::describe)
                .flatMap(spec -> lines(
                        PROJECT.resolve(spec.name() + " --help"),
                        Stream.of(spec.usageMessage().footer())
                                .map("  "::concat)
                                .collect(Collectors.joining("\n"))
                                .replaceAll(" *\\\\\n *", " "))
                        .stream())
                .toList();
    }

    private static List<Line> lines(Path file) {
        try {
            return lines(file, Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Line> lines(Path file, String text) {
        List<Line> lines = new ArrayList<>();
        Matcher code = CODE.matcher(text);
        while (code.find()) {
            boolean block = code.group(1) != null;
            String found = block ? EXPLANATION.split(code.group(1), 2)[0] : code.group(2);
            for (int at = found.indexOf("vfio "); at >= 0; at = found.indexOf("vfio ", at + 1)) {
                if (at == 0 || " /".indexOf(found.charAt(at - 1)) >= 0) {
                    words(found.substring(at + "vfio ".length())).ifPresent(w -> lines.add(new Line(file, w, block)));
                }
            }
        }
        return lines;
    }

    /** The words of a command; none if the line only shows its form, or is a sentence. */
    private static Optional<List<String>> words(String text) {
        String quoted = text.replaceAll("'[^']*'|\"[^\"]*\"", "QUOTED");
        if (quoted.matches(".*(\\[|…|\\.\\.\\.).*")) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(text);
        int from = 0;
        while (word.find(from)) {
            String between = text.substring(from, word.start());
            boolean isQuoted = word.group(3) == null;
            if (between.length() > 1 || (!isQuoted && END.matcher(word.group(3)).find())) {
                break;
            }
            words.add(isQuoted ? Optional.ofNullable(word.group(1)).orElse(word.group(2)) : word.group(3));
            from = word.end();
        }
        return words.isEmpty() ? Optional.empty() : Optional.of(words);
    }

    @Test
    void theDocumentsAreRead() throws IOException {
        assertThat(lines()).hasSizeGreaterThan(50);
        assertThat(examples()).hasSizeGreaterThan(50);
    }

    @ParameterizedTest
    @MethodSource({"lines", "examples"})
    void theCommandTakesEveryLine(Line line) {
        String name = line.words().getFirst();
        if (name.equals("help") || name.startsWith("-")) {
            assertThat(Run.on(Tree.SAMPLES, line.words().toArray(String[]::new)).code())
                    .isZero();
            return;
        }
        Command command = AllCommands.inOrder().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseGet(() -> fail("there is no command " + name));
        Optional<Command> part = command.parts().stream()
                .filter(p ->
                        line.words().size() > 1 && p.name().equals(line.words().get(1)))
                .findFirst();
        try {
            new CommandLine(part.orElse(command).describe())
                    .parseArgs(
                            line.words().stream().skip(part.isPresent() ? 2 : 1).toArray(String[]::new));
        } catch (MissingParameterException e) {
            assertThat(line.block())
                    .as("a sentence may name an option alone, a block not: %s", e.getMessage())
                    .isFalse();
        } catch (ParameterException e) {
            fail(e.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource({"lines", "examples"})
    void aLineForAnyMachineWorks(Line line) {
        if (line.words().contains("demo") && !line.words().contains("adder")) {
            Run run = Run.on(Tree.SAMPLES, line.words().toArray(String[]::new));
            assertThat(run.code()).as(run.err()).isZero();
        }
    }
}
