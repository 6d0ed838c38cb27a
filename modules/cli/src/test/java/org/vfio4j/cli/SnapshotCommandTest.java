/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vfio4j.cli.common.ExitCode;

class SnapshotCommandTest {
    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("node.json");
    }

    private Run snapshot() {
        return Run.on(Tree.SAMPLES, "snapshot", file().toString());
    }

    @Test
    void writesAFileAndSaysWhatIsInIt() throws IOException {
        assertThat(snapshot()).isEqualTo(new Run("Wrote " + file() + ". Parents: 3, devices: 8.\n", "", ExitCode.OK));

        assertThat(Files.readString(file()))
                .isEqualTo(Run.on(Tree.SAMPLES, "snapshot").out());
    }

    @ParameterizedTest
    @ValueSource(strings = {"types", "list", "probe"})
    void whatWasWrittenAnswersAsTheHostDid(String command) {
        snapshot();

        Run live = Run.on(Tree.SAMPLES, command, "-o", "json");

        assertThat(Run.on(folder, command, "--host", file().toString(), "-o", "json"))
                .isEqualTo(live);
    }

    @Test
    void aSnapshotOfASnapshotIsTheSame() throws IOException {
        snapshot();

        assertThat(Run.on(folder, "snapshot", "--host", file().toString()).out())
                .isEqualTo(Files.readString(file()));
    }

    @Test
    void replacesAnEarlierOneAndLeavesNothingElse() throws IOException {
        Files.writeString(file(), "old");

        snapshot();

        assertThat(Files.readString(file())).startsWith("{");
        assertThat(names()).containsExactly("node.json");
    }

    @Test
    void followsALinkToTheFileItReplaces() throws IOException {
        Path target = folder.resolve("target.json");
        Files.writeString(target, "old");
        Files.createSymbolicLink(file(), target);

        snapshot();

        assertThat(file()).isSymbolicLink();
        assertThat(Files.readString(target)).startsWith("{");
        assertThat(names()).containsExactly("node.json", "target.json");
    }

    @Test
    void aFailedWriteLeavesNothingBehind() throws IOException {
        Files.createDirectory(file());

        assertThat(snapshot().code()).isEqualTo(ExitCode.ENVIRONMENT);

        assertThat(names()).containsExactly("node.json");
    }

    @Test
    void aPipeIsWrittenToAndNotReplaced() throws Exception {
        new ProcessBuilder("mkfifo", file().toString()).start().waitFor();
        Path copy = folder.resolve("copy.json");
        Process reader = new ProcessBuilder("cat", file().toString())
                .redirectOutput(copy.toFile())
                .start();
        try {
            assertThat(snapshot().code()).isEqualTo(ExitCode.OK);

            assertThat(reader.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(copy)).startsWith("{").endsWith("}\n");
            assertThat(Files.isRegularFile(file())).isFalse();
        } finally {
            reader.destroyForcibly();
        }
    }

    private Stream<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(p -> p.getFileName().toString()).sorted().toList().stream();
        }
    }
}
