/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.linux.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplesTreeTest {
    @TempDir
    Path temp;

    @Test
    void theCommittedTreeIsWhatMakeTreeWrites() throws Exception {
        Path made = temp.resolve("made");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "../../bench/MakeTree.java",
                        made.toString(),
                        "samples")
                .inheritIO()
                .start();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(content(made)).isEqualTo(content(CapturedTree.SAMPLES));
    }

    /** Every path that git keeps, with its text or its link's target. */
    private static Map<String, String> content(Path folder) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.toList()) {
                String name = folder.relativize(path).toString();
                if (Files.isSymbolicLink(path)) {
                    content.put(name, "-> " + Files.readSymbolicLink(path));
                } else if (Files.isRegularFile(path)) {
                    content.put(name, Files.readString(path));
                }
            }
        }
        return content;
    }
}
