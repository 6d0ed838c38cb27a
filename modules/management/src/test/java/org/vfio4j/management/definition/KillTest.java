/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class KillTest {
    private static final int KILLS = 200;
    private static final int AT_ONCE = 2;
    private static final int LONGEST_NANOS = 30_000_000;

    @TempDir
    private Path folder;

    @Test
    @Timeout(900)
    void akillInTheMiddleOfAChangeLeavesEveryDefinitionAsBeforeOrAsAfter() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Path> folders = List.of(folder.resolve("a"), folder.resolve("b"));
        folders.forEach(f -> new Definitions(f).define(KilledWriter.definition(KilledWriter.LASTING, 1)));

        for (int kills = 0; kills < KILLS; kills += AT_ONCE) {
            List<Process> writers = folders.stream().map(KillTest::start).toList();
            for (Process writer : writers) {
                assertThat(writer.inputReader().readLine()).isEqualTo("ready");
                long until = System.nanoTime() + random.nextInt(LONGEST_NANOS);
                while (System.nanoTime() < until) {
                    Thread.onSpinWait();
                }
                writer.destroyForcibly();
                assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
            for (Path each : folders) {
                Definitions.Listing left = new Definitions(each).list();
                assertThat(left.findings()).as("seed %d, kill %d", seed, kills).isEmpty();
                assertThat(left.definitions())
                        .as("seed %d, kill %d", seed, kills)
                        .allMatch(KilledWriter::isWhole)
                        .anyMatch(d -> d.uuid().equals(KilledWriter.LASTING));
            }
        }
    }

    /** With what makes a JVM start fast. */
    private static Process start(Path definitions) {
        try {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xshare:auto",
                            "-Xmx64m",
                            "-cp",
                            classPath(),
                            KilledWriter.class.getName(),
                            definitions.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What this test runs with, be it on the class path or the module path. */
    private static String classPath() {
        String modules = System.getProperty("jdk.module.path", "");
        return Path.of("target/test-classes").toAbsolutePath() + ":" + System.getProperty("java.class.path") + ":"
                + modules;
    }
}
