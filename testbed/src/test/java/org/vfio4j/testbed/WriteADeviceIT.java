/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page on writing a device, taken at its word: what it says is compiled, served and driven by a guest. */
class WriteADeviceIT {
    @TempDir
    private Path folder;

    private Path modules;

    @BeforeEach
    void compile() throws IOException {
        modules = WrittenDevice.compile(folder, UnaryOperator.identity());
    }

    @Test
    void itsParentIsOnEveryHost() throws IOException, InterruptedException {
        assertThat(vfio("types", "--host", "demo", "--parent", "adder")).contains("adder-1", "15", "adds two numbers");
    }

    @Test
    void aGuestAddsTwoNumbersOnIt() throws IOException, InterruptedException {
        Path socket = folder.resolve("adder.sock");
        String script = WrittenDevice.blocks("sh").getLast();
        Process server = command(
                        "serve-device", "--parent", "adder", "--type", "adder-1", "--socket-path", socket.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(server.inputReader().readLine()).contains("is served at");
            try (Qemu qemu = Qemu.boot(folder, List.of(socket))) {
                assertThat(qemu.guest().must(script)).isEqualTo("0x0000002A\n");
            }
        } finally {
            server.destroy();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private String vfio(String... arguments) throws IOException, InterruptedException {
        Serving.Result result = Serving.result(folder, command(arguments));
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result.out();
    }

    private ProcessBuilder command(String... arguments) {
        return Serving.command(List.of(modules), List.of(arguments));
    }
}
