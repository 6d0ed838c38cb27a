/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vfio4j.cli.common.Command;
import org.vfio4j.cli.common.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The lines in the documents' code blocks are run, page by page and in their order, on a user-space host that has what they speak of. A
 * sentence names a command, not a case: {@link DocsTest} parses those.
 */
class DocsRunTest {
    /** What is only parsed, and where it runs. */
    static final Map<String, String> ELSEWHERE = Map.of(
            "serve", "runs until it is ended: RunningHostGoldenTest, ConsoleIT",
            "serve-device", "runs until it is ended: WriteADeviceIT",
            "vnc", "runs until it is ended: VncViewerIT",
            "agent", "runs until it is ended: AgentIT",
            "migrate", "takes two hosts: MigrateGoldenTest, VmMoveIT",
            "run", "takes root and a mounted tree: ServeIT");

    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final String DEVICE = "7d0e2d6a-0000-4000-8000-000000000001";
    private static final Set<String> DEVICES =
            Set.of("UUID", "DEVICE", "$id", "1f0f2d6a", "1f0f2d6a-0000-4000-8000-000000000007");

    /** What the pages have for an example, and the profiles' parent and type that are here. */
    private static final Map<String, String> HERE = Map.of(
            "0000:10:00.0", "0000:06:00.0",
            "0000:3b:00.0", "0000:06:00.0",
            "nvidia-704", "nvidia-18",
            "nvidia-563", "nvidia-18");

    /** A device of the fleet's node1 and node7. */
    private static final String OF_FLEET = "1f0f2d6a-0000-4000-8000-000000000011";

    private static final String ERROR_TEXT = "vfio-display-dmabuf: opengl not available";

    @TempDir
    private Path folder;

    static Stream<Path> pages() throws IOException {
        return DocsTest.lines().stream()
                .filter(DocsTest.Line::block)
                .map(DocsTest.Line::file)
                .distinct();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theBlocksOfAPageWork(Path page) throws IOException {
        List<DocsTest.Line> lines = DocsTest.lines().stream()
                .filter(line -> line.block() && line.file().equals(page) && isRun(line))
                .toList();
        prepare();
        SoftAssertions all = new SoftAssertions();
        try (ServedHost _ = ServedHost.in(folder, profiles())) {
            Run made = run("start", "-p", "mbochs", "-t", "mbochs-small", "-u", DEVICE);
            assertThat(made.code()).as(made.err()).isZero();
            String device = DEVICE;
            for (DocsTest.Line line : lines) {
                if (makesADevice(line.words())) {
                    device = UUID.nameUUIDFromBytes(line.toString().getBytes(StandardCharsets.UTF_8))
                            .toString();
                }
                Run run = run(words(line.words(), device));
                all.assertThat(run.code())
                        .as("%s%n%s%s", line, run.out(), run.err())
                        .isIn(ExitCode.OK, ExitCode.FINDINGS);
            }
        }
        all.assertAll();
    }

    @Test
    void whatIsOnlyParsedIsACommandThatAnotherTestRuns() throws IOException {
        assertThat(AllCommands.inOrder().stream().map(Command::name)).containsAll(ELSEWHERE.keySet());
        Set<String> tests = new HashSet<>();
        for (String sources : List.of("src/test/java", "../../testbed/src/test/java")) {
            try (Stream<Path> files = Files.walk(Path.of(sources))) {
                files.forEach(file -> tests.add(file.getFileName().toString()));
            }
        }
        for (String why : ELSEWHERE.values()) {
            assertThat(why.substring(why.indexOf(": ") + 2).split(", ", -1))
                    .allSatisfy(test -> assertThat(tests).contains(test + ".java"));
        }
    }

    private static boolean isRun(DocsTest.Line line) {
        List<String> words = line.words();
        return !ELSEWHERE.containsKey(words.getFirst()) && !words.contains("adder");
    }

    /** One that the page names. */
    private static boolean makesADevice(List<String> words) {
        return List.of("define", "start").contains(words.getFirst())
                && words.contains("-p")
                && words.stream().anyMatch(DEVICES::contains);
    }

    /** The files that the pages speak of. */
    private void prepare() throws IOException {
        for (String name : List.of("here.json", "there.json", "node7.json", "node8.json")) {
            Files.copy(RESOURCES.resolve("snapshots/node7.json"), folder.resolve(name));
        }
        Files.copy(RESOURCES.resolve("domains/desk.xml"), folder.resolve("desk.xml"));
        Files.copy(RESOURCES.resolve("guest/linux.json"), folder.resolve("guest.json"));
        Path fleet = Files.createDirectory(folder.resolve("fleet"));
        for (String host : List.of("node1", "node2", "node3")) {
            Files.copy(RESOURCES.resolve("fleet/" + host + ".json"), fleet.resolve(host + ".json"));
        }
        String node7 = Files.readString(fleet.resolve("node1.json")).replace("\"node1\"", "\"node7\"");
        Files.writeString(fleet.resolve("node7.json"), node7);
    }

    private static String[] profiles() throws IOException {
        List<String> words = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("../../profiles"))) {
            files.sorted().forEach(file -> words.addAll(List.of("--profile", file.toString())));
        }
        return words.toArray(String[]::new);
    }

    /** With what is here in the place of the page's examples. */
    private String[] words(List<String> words, String device) {
        boolean isFleet = words.getFirst().equals("fleet");
        return words.stream()
                .map(word -> {
                    if (DEVICES.contains(word)) {
                        return device;
                    }
                    if (word.equals("/tmp/gpu.sock")) {
                        return folder.resolve("run/devices/" + device + ".sock").toString();
                    }
                    if (word.matches("our-hosts|[a-z0-9-]+\\.(json|xml|png|state)")) {
                        return folder.resolve(word).toString();
                    }
                    return isFleet ? word.replace("UUID", OF_FLEET) : HERE.getOrDefault(word, word);
                })
                .toArray(String[]::new);
    }

    private Run run(String... words) throws IOException {
        List<String> line = new ArrayList<>(List.of(words));
        CommandSpec spec = describe(line);
        if (spec.findOption("--run-dir") != null) {
            line.addAll(List.of("--run-dir", folder.resolve("run").toString()));
        }
        if (spec.findOption("--inventory") != null && words[0].equals("fleet")) {
            line.addAll(List.of("--inventory", folder.resolve("fleet").toString()));
        }
        byte[] input = words[0].equals("explain")
                ? ERROR_TEXT.getBytes(StandardCharsets.UTF_8)
                : Files.readAllBytes(folder.resolve("desk.xml"));
        return Run.reading(input, line.toArray(String[]::new));
    }

    private static CommandSpec describe(List<String> line) {
        Command command = AllCommands.inOrder().stream()
                .filter(c -> c.name().equals(line.getFirst()))
                .findFirst()
                .orElseThrow();
        Optional<Command> part = command.parts().stream()
                .filter(p -> line.size() > 1 && p.name().equals(line.get(1)))
                .findFirst();
        return part.orElse(command).describe();
    }
}
