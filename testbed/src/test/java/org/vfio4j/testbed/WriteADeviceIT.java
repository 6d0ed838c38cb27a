/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page on writing a device, taken at its word: what it says is compiled, served and driven by a guest. */
class WriteADeviceIT {
    private static final Path PAGE = Path.of("../docs/developers/write-a-device.md");
    private static final Pattern BLOCK = Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("class (\\w+) |^module ", Pattern.MULTILINE);
    private static final Path LIB = Path.of("../modules/cli/target/dist/lib");

    @TempDir
    private Path folder;

    private Path modules;

    private static List<String> blocks(String language) throws IOException {
        return BLOCK.matcher(Files.readString(PAGE))
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    @BeforeEach
    void compile() throws IOException {
        modules = folder.resolve("adder");
        List<String> arguments =
                new ArrayList<>(List.of("-p", LIB.toString(), "-Xlint:all", "-Werror", "-d", modules.toString()));
        for (String source : blocks("java")) {
            MatchResult type = TYPE.matcher(source).results().findFirst().orElseThrow();
            String name = type.group(1) == null ? "module-info" : "example/adder/" + type.group(1);
            Path file = folder.resolve("src").resolve(name + ".java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, source);
            arguments.add(file.toString());
        }
        assertThat(arguments).hasSize(6 + 3);
        int code = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(code).isZero();
    }

    @Test
    void itsParentIsOnEveryHost() throws IOException, InterruptedException {
        assertThat(vfio("types", "--host", "demo", "--parent", "adder")).contains("adder-1", "15", "adds two numbers");
    }

    @Test
    void aGuestAddsTwoNumbersOnIt() throws IOException, InterruptedException {
        Path socket = folder.resolve("adder.sock");
        String script = blocks("sh").getLast();
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
        return Serving.command(List.of(modules.toAbsolutePath()), List.of(arguments));
    }
}
