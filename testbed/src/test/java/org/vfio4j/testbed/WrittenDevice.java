/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;

/** The device of the page on writing one, compiled as a stranger's module. */
final class WrittenDevice {
    private static final Path PAGE = Path.of("../docs/developers/write-a-device.md");
    private static final Pattern BLOCK = Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern TYPE = Pattern.compile("class (\\w+) |^module ", Pattern.MULTILINE);
    private static final Path LIB = Path.of("../modules/cli/target/dist/lib");

    private WrittenDevice() {}

    /** What the page has in that language, one block after the other. */
    static List<String> blocks(String language) throws IOException {
        return BLOCK.matcher(Files.readString(PAGE))
                .results()
                .filter(block -> block.group(1).equals(language))
                .map(block -> block.group(2))
                .toList();
    }

    /**
     * Compiles it.
     *
     * @param change what is done to each source before
     * @return the folder of the module, to be on the module path
     */
    static Path compile(Path folder, UnaryOperator<String> change) throws IOException {
        Path modules = folder.resolve("adder").toAbsolutePath();
        List<String> arguments =
                new ArrayList<>(List.of("-p", LIB.toString(), "-Xlint:all", "-Werror", "-d", modules.toString()));
        for (String source : blocks("java")) {
            MatchResult type = TYPE.matcher(source).results().findFirst().orElseThrow();
            String name = type.group(1) == null ? "module-info" : "example/adder/" + type.group(1);
            Path file = folder.resolve("src").resolve(name + ".java");
            Files.createDirectories(file.getParent());
            Files.writeString(file, change.apply(source));
            arguments.add(file.toString());
        }
        assertThat(arguments).hasSize(6 + 3);
        int code = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(code).isZero();
        return modules;
    }
}
