/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vfio4j.vfio.display.Edid;

/** Debian's edid-decode finds no fault in our EDIDs. */
class EdidIT {
    private static final Path JUDGE = Path.of("edid-decode").toAbsolutePath();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "64,64",
        "65,1000",
        "333,222",
        "640,480",
        "800,600",
        "1280,800",
        "1366,768",
        "1920,1080",
        "1000,3000",
        "3840,2160",
        "4095,4095",
        "4096,64",
        "5120,2880",
        "7680,4320",
        "64,16384",
        "16384,16384"
    })
    void conforms(int width, int height) throws IOException, InterruptedException {
        Path edid = Files.write(folder.resolve("edid"), Edid.of(width, height));
        Path verdict = folder.resolve("verdict");

        Process judge = new ProcessBuilder(JUDGE.toString(), edid.toString())
                .redirectErrorStream(true)
                .redirectOutput(verdict.toFile())
                .start();
        int exit = judge.waitFor();

        assertThat(Files.readString(verdict, StandardCharsets.UTF_8))
                .as("exit %d", exit)
                .contains("EDID conformity: PASS")
                .doesNotContain("Failures:");
    }
}
